#include "serve/enclosure.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>

namespace cadenza::serve {
namespace {

// Newer than the headers of Debian 12.
constexpr uint64_t kTruncate = 1ULL << 14, kDeviceControl = 1ULL << 15;
constexpr uint64_t kBindTcp = 1ULL << 0, kConnectTcp = 1ULL << 1;
constexpr uint64_t kAbstractSocket = 1ULL << 0, kSignal = 1ULL << 1;
constexpr uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kFirstVersion = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

struct RulesetOfNewKernels {
  uint64_t files, network, scope;
};

Error KernelError(const char* step) {
  return MakeError(ErrorKind::kIo, "the kernel refuses to fence a process in ({}): {}", step,
                   std::strerror(errno));
}

long LandlockVersion() {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

uint64_t FileRights(long version) {
  uint64_t rights = kFirstVersion;
  if (version >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) rights |= kTruncate;
  if (version >= 5) rights |= kDeviceControl;
  return rights;
}

/// A folder or file that is not there gives no right.
Status Permit(int ruleset, const std::string& folder, uint64_t rights) {
  const int opened = ::open(folder.c_str(), O_PATH | O_CLOEXEC);
  if (opened < 0) return {};
  struct stat about{};
  const bool is_folder = ::fstat(opened, &about) == 0 && S_ISDIR(about.st_mode);
  landlock_path_beneath_attr rule{};
  rule.allowed_access = is_folder ? rights : rights & LANDLOCK_ACCESS_FS_READ_FILE;
  rule.parent_fd = opened;
  const long added =
      ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  ::close(opened);
  return added == 0 ? Status() : KernelError("landlock rule");
}

Status RestrictFiles(const Enclosure& enclosure) {
  const long version = LandlockVersion();
  if (version < 1) return {};
  RulesetOfNewKernels ruleset{FileRights(version), 0, 0};
  if (version >= 4) ruleset.network = enclosure.may_connect ? kBindTcp : kBindTcp | kConnectTcp;
  if (version >= 6) ruleset.scope = kAbstractSocket | kSignal;
  const size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  const auto made = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &ruleset, size, 0));
  if (made < 0) return KernelError("landlock");
  Status status;
  for (const std::string& folder : enclosure.read_folders) {
    if (status.ok()) status = Permit(made, folder, kRead);
  }
  const uint64_t all =
      FileRights(version) &
      ~(LANDLOCK_ACCESS_FS_EXECUTE | kDeviceControl | LANDLOCK_ACCESS_FS_MAKE_CHAR |
        LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM);
  if (status.ok()) status = Permit(made, enclosure.spill_folder, all);
  if (status.ok() && ::syscall(SYS_landlock_restrict_self, made, 0) != 0) {
    status = KernelError("landlock");
  }
  ::close(made);
  return status;
}

/// A filter of system calls: those in the list fail with EPERM, a call of another architecture ends
/// the process.
Status RestrictCalls(const Enclosure& enclosure) {
  std::vector<uint32_t> refused = {SYS_execve,
                                   SYS_execveat,
                                   SYS_fork,
                                   SYS_vfork,
                                   SYS_ptrace,
                                   SYS_kill,
                                   SYS_tkill,
                                   SYS_process_vm_readv,
                                   SYS_process_vm_writev,
                                   SYS_mount,
                                   SYS_umount2,
                                   SYS_pivot_root,
                                   SYS_chroot,
                                   SYS_setns,
                                   SYS_unshare,
                                   SYS_bpf,
                                   SYS_keyctl,
                                   SYS_add_key,
                                   SYS_request_key,
                                   SYS_perf_event_open,
                                   SYS_userfaultfd,
                                   SYS_init_module,
                                   SYS_finit_module,
                                   SYS_delete_module,
                                   SYS_kexec_load,
                                   SYS_reboot,
                                   SYS_swapon,
                                   SYS_swapoff,
                                   SYS_acct,
                                   SYS_settimeofday,
                                   SYS_clock_settime,
                                   SYS_setuid,
                                   SYS_setgid,
                                   SYS_io_uring_setup,
                                   SYS_pidfd_open,
                                   SYS_pidfd_getfd,
                                   SYS_open_by_handle_at,
                                   SYS_mknod,
                                   SYS_mknodat,
                                   SYS_symlink,
                                   SYS_symlinkat,
                                   SYS_personality,
                                   SYS_syslog};
  if (!enclosure.may_connect) {
    for (const uint32_t call :
         {SYS_socket, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_socketpair}) {
      refused.push_back(call);
    }
  }
  std::vector<sock_filter> code = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
                                   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
                                   BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
                                   BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                   // The second numbering of the same calls, x32.
                                   BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
                                   BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
  for (const uint32_t call : refused) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  }
  // Threads, but no processes. The arguments of clone3 lie in memory, where no filter sees them;
  // the C library takes clone where it is not there.
  code.insert(code.end(), {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
                           BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
                           BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)});
  sock_fprog program{static_cast<uint16_t>(code.size()), code.data()};
  const long set =
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  return set == 0 ? Status() : KernelError("seccomp");
}

Status Limit(int resource, rlim_t value, const char* name) {
  const rlimit limit{value, value};
  return ::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit) == 0 ? Status()
                                                                              : KernelError(name);
}

/// Whoever starts the process has the right to raise its own place in the queue.
void BeFirstToGo() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t written = ::write(file, "1000", 4);
  ::close(file);
}

/// Statements of people give way to the server, whose answers they wait for too.
void GiveWay() {
  constexpr int kNiceness = 10;
  ::setpriority(PRIO_PROCESS, 0, kNiceness);
}

}  // namespace

bool HasLandlock() { return LandlockVersion() >= 1; }

Status Enclose(const Enclosure& enclosure) {
  BeFirstToGo();
  GiveWay();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return KernelError("no new privileges");
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) return KernelError("no dumps");
  CADENZA_TRY(Limit(RLIMIT_CORE, 0, "no dumps"));
  if (enclosure.address_space_bytes > 0) {
    CADENZA_TRY(Limit(RLIMIT_AS, static_cast<rlim_t>(enclosure.address_space_bytes), "memory"));
  }
  if (!enclosure.without_landlock) CADENZA_TRY(RestrictFiles(enclosure));
  return enclosure.without_call_filter ? Status() : RestrictCalls(enclosure);
}

}  // namespace cadenza::serve
