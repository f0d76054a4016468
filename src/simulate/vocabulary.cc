#include "simulate/vocabulary.h"

namespace cadenza::simulate {
namespace {

constexpr FirstName kFirstNames[] = {
    {"Ada", 'F'},    {"Amara", 'F'},  {"Bruno", 'M'},  {"Carla", 'F'}, {"Celeste", 'F'},
    {"Dario", 'M'},  {"Dmitri", 'M'}, {"Edda", 'F'},   {"Elena", 'F'}, {"Farid", 'M'},
    {"Femi", 'M'},   {"Gita", 'F'},   {"Greta", 'F'},  {"Hana", 'F'},  {"Hector", 'M'},
    {"Ines", 'F'},   {"Ivo", 'M'},    {"Jonas", 'M'},  {"Kaia", 'F'},  {"Kofi", 'M'},
    {"Lena", 'F'},   {"Liam", 'M'},   {"Maeve", 'F'},  {"Mateo", 'M'}, {"Nadia", 'F'},
    {"Nils", 'M'},   {"Oona", 'F'},   {"Otto", 'M'},   {"Pablo", 'M'}, {"Priya", 'F'},
    {"Qadira", 'F'}, {"Quinn", 'M'},  {"Rafe", 'M'},   {"Rosa", 'F'},  {"Sunniva", 'F'},
    {"Theo", 'M'},   {"Tomas", 'M'},  {"Uma", 'F'},    {"Vera", 'F'},  {"Wanda", 'F'},
    {"Xenia", 'F'},  {"Yusuf", 'M'},  {"Zoë", 'F'},    {"Søren", 'M'}, {"Júlia", 'F'},
    {"Noor", 'F'},   {"Ravi", 'M'},   {"Sakura", 'F'}, {"Mina", 'F'},  {"Leif", 'M'},
};

constexpr std::string_view kLastNames[] = {
    "Abbott",   "Albright",  "Baker",     "Bellweather", "Castellan", "Castillo",  "Dvořák",
    "Duarte",   "Eklund",    "Eriksen",   "Fairbairn",   "Fischer",   "García",    "Grünwald",
    "Holloway", "Hughes",    "Imani",     "Ito",         "Jansen",    "Jessop",    "Kowalski",
    "Larsen",   "Lindqvist", "Mensah",    "Moreau",      "Novak",     "O'Dea",     "O'Neill",
    "Petrov",   "Quist",     "Ruiz",      "Sato",        "Tanaka",    "Underhill", "Varga",
    "Weiss",    "Young",     "Zielinski", "Okafor",      "Reyes",     "Singh",     "Walsh",
};

constexpr std::string_view kPlaces[] = {
    "Atlanta-Sandy Springs-Roswell, GA",
    "Austin-Round Rock, TX",
    "Birmingham-Hoover, AL",
    "Boston-Cambridge-Newton, MA-NH",
    "Boulder, CO",
    "Burlington-South Burlington, VT",
    "Charlotte-Concord-Gastonia, NC-SC",
    "Chicago-Naperville-Elgin, IL-IN-WI",
    "Columbus, OH",
    "Dallas-Fort Worth-Arlington, TX",
    "Denver-Aurora-Lakewood, CO",
    "Detroit-Warren-Dearborn, MI",
    "Duluth, MN-WI",
    "Eugene, OR",
    "Houston-The Woodlands-Sugar Land, TX",
    "Kansas City, MO-KS",
    "Las Vegas-Henderson-Paradise, NV",
    "Lincoln, NE",
    "Los Angeles-Long Beach-Anaheim, CA",
    "Madison, WI",
    "Miami-Fort Lauderdale-West Palm Beach, FL",
    "Milwaukee-Waukesha-West Allis, WI",
    "Minneapolis-St. Paul-Bloomington, MN-WI",
    "Nashville-Davidson--Murfreesboro--Franklin, TN",
    "New Haven-Milford, CT",
    "New York-Newark-Jersey City, NY-NJ-PA",
    "Philadelphia-Camden-Wilmington, PA-NJ-DE-MD",
    "Phoenix-Mesa-Scottsdale, AZ",
    "Pittsburgh, PA",
    "Portland-Vancouver-Hillsboro, OR-WA",
    "Sacramento--Roseville--Arden-Arcade, CA",
    "San Antonio-New Braunfels, TX",
    "San Francisco-Oakland-Hayward, CA",
    "San José, PR",
    "Santa Fe, NM",
    "Seattle-Tacoma-Bellevue, WA",
    "St. Louis, MO-IL",
    "Tampa-St. Petersburg-Clearwater, FL",
    "Washington-Arlington-Alexandria, DC-VA-MD-WV",
    "Winston-Salem, NC",
};

constexpr std::string_view kUserAgents[] = {
    R"("Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/36.0.1985.125 Safari/537.36")",
    R"("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_4) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/36.0.1985.143 Safari/537.36")",
    R"("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_4) AppleWebKit/537.77.4 (KHTML, like Gecko) Version/7.0.5 Safari/537.77.4")",
    R"("Mozilla/5.0 (Windows NT 6.3; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/37.0.2062.94 Safari/537.36")",
    R"("Mozilla/5.0 (iPhone; CPU iPhone OS 7_1_2 like Mac OS X) AppleWebKit/537.51.2 (KHTML, like Gecko) Version/7.0 Mobile/11D257 Safari/9537.53")",
    R"("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/37.0.2062.94 Safari/537.36")",
    R"("Mozilla/5.0 (iPad; CPU OS 7_1_2 like Mac OS X) AppleWebKit/537.51.2 (KHTML, like Gecko) Version/7.0 Mobile/11D257 Safari/9537.53")",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:31.0) Gecko/20100101 Firefox/31.0",
    "Mozilla/5.0 (Windows NT 6.1; rv:31.0) Gecko/20100101 Firefox/31.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.9; rv:31.0) Gecko/20100101 Firefox/31.0",
    "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; WOW64; Trident/5.0)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
};

constexpr std::string_view kAdjectives[] = {
    "Amber",    "Blue",      "Borrowed", "Bright",  "Broken", "Burning",  "Copper", "Crimson",
    "Distant",  "Drowsy",    "Electric", "Empty",   "Every",  "Faded",    "Fallen", "First",
    "Foreign",  "Frozen",    "Gentle",   "Glass",   "Golden", "Hidden",   "Hollow", "Honest",
    "Indigo",   "Ivory",     "Last",     "Little",  "Lonely", "Lost",     "Lucky",  "Midnight",
    "Northern", "Old",       "Paper",    "Patient", "Quiet",  "Restless", "Rising", "Second",
    "Secret",   "Señor",     "Silver",   "Slow",    "Small",  "Strange",  "Summer", "Tender",
    "Velvet",   "Wandering", "Western",  "Wild",    "Winter", "Wooden",   "Über",   "Åland",
};

constexpr std::string_view kNouns[] = {
    "Anchor",  "Arrow",   "Balcony", "Beacon",  "Birch",  "Boats",    "Bridge",     "Café",
    "Candle",  "Cedar",   "Circus",  "Coast",   "Comet",  "Corridor", "Crow",       "Dawn",
    "Delta",   "Desert",  "Drift",   "Ember",   "Engine", "Falcon",   "Fern",       "Ferry",
    "Field",   "Fjörd",   "Forest",  "Frost",   "Garden", "Ghost",    "Harbour",    "Horizon",
    "Island",  "Juniper", "Kite",    "Lantern", "Lark",   "Letter",   "Lighthouse", "Lily",
    "Map",     "Marble",  "Meadow",  "Mirror",  "Moon",   "Motel",    "Mountain",   "Noël",
    "Oak",     "Orchard", "Orchid",  "Parade",  "Pearl",  "Pilot",    "Piñata",     "Postcard",
    "Radio",   "Raven",   "River",   "Rocket",  "Rose",   "Sail",     "Season",     "Shadow",
    "Signal",  "Snow",    "Spark",   "Station", "Stone",  "Storm",    "Telephone",  "Thistle",
    "Thunder", "Tide",    "Train",   "Violet",  "Waltz",  "Weather",  "Willow",     "Window",
};

}  // namespace

std::span<const FirstName> FirstNames() { return kFirstNames; }
std::span<const std::string_view> LastNames() { return kLastNames; }
std::span<const std::string_view> Places() { return kPlaces; }
std::span<const std::string_view> UserAgents() { return kUserAgents; }
std::span<const std::string_view> Adjectives() { return kAdjectives; }
std::span<const std::string_view> Nouns() { return kNouns; }

}  // namespace cadenza::simulate
