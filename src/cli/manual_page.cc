#include "cli/manual_page.h"

#include <fmt/format.h>

#include <cctype>
#include <map>
#include <sstream>
#include <string_view>

namespace cadenza::cli {
namespace {

/// Text that roff shows as it is.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";  // a bare one may become a hyphen, which cannot be copied into a shell
    } else {
      escaped += c;
    }
  }
  // At the beginning of a line these would be a request to roff.
  return escaped.starts_with('.') || escaped.starts_with('\'') ? "\\&" + escaped : escaped;
}

/// Lines kept as they are broken.
std::string Verbatim(const std::string& text) {
  std::string verbatim = ".PP\n.nf\n";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) verbatim += Escaped(line) + "\n";
  return verbatim + ".fi\n";
}

/// A flag or a positional with its help, in the words of --help.
std::string OptionText(const CLI::Option& option) {
  const CLI::Formatter help;
  const bool is_positional = !option.nonpositional();
  return fmt::format(
      ".TP\n\\fB{}\\fR{}\n{}\n", Escaped(help.make_option_name(&option, is_positional)),
      Escaped(help.make_option_opts(&option)), Escaped(help.make_option_desc(&option)));
}

class Page {
 public:
  /// Description, flags and examples of the program or of one of its commands.
  void Describe(const CLI::App& app, const std::string& name) {
    text_ += Escaped(app.get_description()) + "\n";
    for (const CLI::Option* option : app.get_options()) {
      if (!option->nonpositional()) text_ += OptionText(*option);
    }
    for (const std::string& group : app.get_groups()) DescribeGroup(app, name, group);
    if (!app.get_footer().empty()) text_ += Verbatim(app.get_footer());
  }

  void Section(std::string_view title) { text_ += fmt::format(".SH {}\n", title); }
  void Command(const CLI::App& app, const std::string& name) {
    std::string usage = CLI::Formatter().make_usage(&app, name);
    usage = CLI::detail::trim_copy(usage.substr(usage.find(':') + 1));
    text_ += fmt::format(".SS \"{}\"\n", Escaped(usage));
    Describe(app, name);
  }
  void Add(const std::string& text) { text_ += text; }
  std::string Take() { return std::move(text_); }

 private:
  void DescribeGroup(const CLI::App& app, const std::string& name, const std::string& group) {
    std::string flags;
    for (const CLI::Option* option : app.get_options()) {
      if (option->nonpositional() && option->get_group() == group) flags += OptionText(*option);
    }
    if (flags.empty()) return;
    if (group == "Options") {
      text_ += flags;
      return;
    }
    const auto [first, is_first] = described_.emplace(group + flags, name);
    text_ += fmt::format(".PP\n{}:{}\n", Escaped(group),
                         is_first ? "" : " as of \\fB" + Escaped(first->second) + "\\fR");
    if (is_first) text_ += flags;
  }

  std::string text_;
  std::map<std::string, std::string>
      described_;  ///< a group's text -> the command that had it first
};

constexpr const char* kExitStatus = R"roff(.TP
\fB0\fR
done
.TP
\fB1\fR
failed; nothing was changed, unless the message says otherwise
.TP
\fB2\fR
wrong usage: an unknown flag, or a value that cannot be
.TP
\fB3\fR
done, and something needs a look: the output says what
.TP
\fB130\fR
interrupted; nothing is half\-written
)roff";

constexpr const char* kFiles = R"roff(.TP
\fBcadenza.toml\fR
settings in the folder in which the command is started
.TP
\fILAKE\fR\fB/_cadenza\fR
what a lake remembers: finished runs, models of one's own, learned models, marks of jobs
)roff";

/// CADENZA_<FLAG> for each flag that settings can set.
std::string EnvironmentText(const CLI::App& command) {
  std::string names;
  bool reaches_s3 = false;
  for (const CLI::Option* option : command.get_options()) {
    reaches_s3 = reaches_s3 || option->get_group().starts_with("S3");
    if (!option->nonpositional() || option->get_lnames().empty()) continue;
    std::string name = option->get_lnames().front();
    if (name == "help" || name == "config") continue;
    for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
    names += (names.empty() ? "" : ", ") + ("\\fB\\%CADENZA_" + name + "\\fR");
  }
  std::string text =
      names.empty() ? ""
                    : ".PP\n" + names + "\n.PP\nstand for the flags of these names; a flag wins.\n";
  if (reaches_s3) {
    text +=
        ".PP\n\\fBAWS_ACCESS_KEY_ID\\fR, \\fBAWS_SECRET_ACCESS_KEY\\fR, "
        "\\fBAWS_SESSION_TOKEN\\fR, \\fBAWS_PROFILE\\fR, \\fBAWS_REGION\\fR, "
        "\\fBAWS_ENDPOINT_URL\\fR, \\fBAWS_CA_BUNDLE\\fR\n.PP\nas in other programs, for lakes and "
        "files on S3.\n";
  }
  return text +
         ".PP\n\\fBNO_COLOR\\fR, \\fBTMPDIR\\fR, \\fBSSL_CERT_FILE\\fR\n.PP\nas in other "
         "programs.\n";
}

}  // namespace

std::string CommandPage(const CLI::App& command, const std::string& version) {
  const std::string& name = command.get_name();
  Page page;
  page.Add(
      fmt::format(".\\\" Made by: cadenza manual {0}\n.TH cadenza\\-{0} 1 \"\" \"cadenza {1}\"\n",
                  name, version));
  page.Section("NAME");
  page.Add(fmt::format("cadenza\\-{} \\- {}\n", name, Escaped(command.get_description())));
  page.Section("SYNOPSIS");
  std::string usage = CLI::Formatter().make_usage(&command, "cadenza " + name);
  page.Add("\\fB" + Escaped(CLI::detail::trim_copy(usage.substr(usage.find(':') + 1))) + "\\fR\n");
  page.Section("DESCRIPTION");
  page.Describe(command, "cadenza " + name);
  page.Section("EXIT STATUS");
  page.Add(kExitStatus);
  page.Section("ENVIRONMENT");
  page.Add(EnvironmentText(command));
  page.Section("FILES");
  page.Add(kFiles);
  page.Section("SEE ALSO");
  page.Add("\\fBcadenza\\fR(1)\n");
  return page.Take();
}

std::string ManualPage(const CLI::App& program, const std::string& version) {
  const std::string& name = program.get_name();
  Page page;
  page.Add(fmt::format(".\\\" Made by: {0} manual\n.TH {0} 1 \"\" \"{0} {1}\"\n", name, version));
  page.Section("NAME");
  page.Add(fmt::format("{} \\- {}\n", name, Escaped(program.get_description())));
  page.Section("SYNOPSIS");
  page.Add(fmt::format("\\fB{}\\fR COMMAND [OPTIONS]\n", name));
  page.Section("DESCRIPTION");
  page.Describe(program, name);
  page.Section("COMMANDS");
  for (const CLI::App* app : program.get_subcommands([](const CLI::App*) { return true; })) {
    page.Command(*app, name + " " + app->get_name());
  }
  page.Section("EXIT STATUS");
  page.Add(kExitStatus);
  page.Section("FILES");
  page.Add(kFiles);
  return page.Take();
}

}  // namespace cadenza::cli
