/* SPDX-License-Identifier: Apache-2.0
 * Common Swedish names by generation. Every pair is put together by chance. */
#include "demo/demo_int.h"

enum { GENERATIONS = 5, NAMES_PER_GENERATION = 28 };

/* Born up to 1939, 1959, 1979, 1999, later. */
static const int generation_last[GENERATIONS] = {1939, 1959, 1979, 1999, 9999};

static const char *const women[GENERATIONS][NAMES_PER_GENERATION] = {
    {"Greta",     "Ingrid", "Märta",  "Elsa",      "Maj-Britt", "Gunborg", "Karin",
     "Britta",    "Sonja",  "Inga",   "Svea",      "Rut",       "Astrid",  "Gun",
     "Ulla",      "Barbro", "Birgit", "Anna-Lisa", "Siv",       "Gunhild", "Kerstin",
     "Margareta", "Asta",   "Vivi",   "Harriet",   "Aina",      "Dagny",   "Edit"},
    {"Margareta", "Birgitta", "Kerstin",   "Marianne",  "Gunilla",    "Inger",        "Lena",
     "Eva",       "Anita",    "Agneta",    "Monica",    "Ulla",       "Barbro",       "Christina",
     "Yvonne",    "Berit",    "Gudrun",    "Ann-Marie", "Lisbeth",    "Solveig",      "Irene",
     "Maud",      "Siv",      "Elisabeth", "Gun-Britt", "Rose-Marie", "Ann-Christin", "Eivor"},
    {"Maria",  "Anna",      "Eva",    "Annika",  "Susanne", "Carina",   "Helena",
     "Åsa",    "Pernilla",  "Anneli", "Camilla", "Ulrika",  "Katarina", "Marie",
     "Monika", "Petra",     "Linda",  "Cecilia", "Jessica", "Malin",    "Jenny",
     "Sofia",  "Charlotta", "Yasmin", "Fatima",  "Tina",    "Lotta",    "Madeleine"},
    {"Emma",   "Sara",   "Elin",    "Hanna",    "Johanna", "Amanda",   "Josefin",
     "Sandra", "Ida",    "Matilda", "Frida",    "Lisa",    "Rebecka",  "Caroline",
     "Amina",  "Emelie", "Linnéa",  "Moa",      "Evelina", "Felicia",  "Sanna",
     "Louise", "Leila",  "Julia",   "Victoria", "Therese", "Michaela", "Zahra"},
    {"Alice",  "Maja",  "Vera",  "Alma",   "Ebba", "Wilma",  "Ella", "Astrid", "Saga",  "Freja",
     "Olivia", "Selma", "Signe", "Stella", "Tuva", "Lova",   "Nova", "Elsa",   "Agnes", "Iris",
     "Juni",   "Leah",  "Meja",  "Molly",  "Nora", "Samira", "Tyra", "Ester"},
};
static const char *const men[GENERATIONS][NAMES_PER_GENERATION] = {
    {"Karl-Erik", "Sven",  "Nils",  "Erik",  "Gunnar", "Åke",    "Bertil",  "Arne", "Harry",   "Ingemar",
     "Olle",      "Gösta", "Sture", "Evert", "Ragnar", "Holger", "Helge",   "Rune", "Torsten", "Knut",
     "Allan",     "Bengt", "Folke", "Axel",  "Verner", "Henry",  "Sigvard", "Tage"},
    {"Lars",   "Bengt",    "Bo",     "Kjell", "Rolf",    "Leif", "Hans",  "Göran",    "Stig",     "Tommy",
     "Roland", "Christer", "Kent",   "Börje", "Lennart", "Ove",  "Sören", "Jan-Erik", "Per-Olof", "Ulf",
     "Conny",  "Jerry",    "Ingvar", "Bernt", "Gert",    "Curt", "Tord",  "Alf"},
    {"Anders", "Mikael", "Peter",   "Thomas", "Johan",  "Magnus", "Fredrik", "Håkan",    "Stefan",   "Mats",
     "Niklas", "Henrik", "Jonas",   "Joakim", "Patrik", "Roger",  "Urban",   "Jörgen",   "Torbjörn", "Claes",
     "Ali",    "Hassan", "Mattias", "Daniel", "Martin", "Robert", "Rickard", "Christian"},
    {"Erik",      "Viktor",     "Oskar",  "Simon",    "Anton",     "Emil",  "Marcus",
     "Alexander", "Linus",      "Gustav", "Filip",    "Sebastian", "Robin", "Jesper",
     "Jonathan",  "Joel",       "Kevin",  "Mohammed", "Omar",      "Albin", "Andreas",
     "David",     "Kristoffer", "Rasmus", "Pontus",   "Tobias",    "Adam",  "Hampus"},
    {"Liam", "Noah",   "William", "Hugo", "Lucas",  "Adam",  "Oliver", "Matteo", "Elias", "Frans",
     "Leon", "Nils",   "Alfred",  "Theo", "Sixten", "Otto",  "Arvid",  "Melvin", "Ebbe",  "Vincent",
     "Milo", "Ludvig", "Amir",    "Loke", "Viggo",  "Harry", "Yusuf",  "Malte"},
};

/* The first stand for the most common -son names and are drawn more often. */
static const char *const families[] = {
    "Andersson",   "Johansson", "Karlsson",    "Nilsson",    "Eriksson",   "Larsson",   "Olsson",
    "Persson",     "Svensson",  "Gustafsson",  "Pettersson", "Jonsson",    "Jansson",   "Hansson",
    "Bengtsson",   "Jönsson",   "Lindberg",    "Jakobsson",  "Magnusson",  "Lindström", "Olofsson",
    "Lindqvist",   "Lindgren",  "Axelsson",    "Berg",       "Lundberg",   "Lundgren",  "Bergström",
    "Mattsson",    "Berglund",  "Fredriksson", "Sandberg",   "Henriksson", "Forsberg",  "Sjöberg",
    "Wallin",      "Engström",  "Danielsson",  "Håkansson",  "Eklund",     "Lundin",    "Gunnarsson",
    "Björk",       "Holm",      "Samuelsson",  "Fransson",   "Bergqvist",  "Nyström",   "Holmberg",
    "Arvidsson",   "Isaksson",  "Löfgren",     "Söderberg",  "Nyberg",     "Ahmed",     "Blomqvist",
    "Claesson",    "Nordström", "Mårtensson",  "Hassan",     "Lundström",  "Hedlund",   "Eliasson",
    "Björklund",   "Sandström", "Norberg",     "Dahlström",  "Ek",         "Sundberg",  "Hellström",
    "Åberg",       "Falk",      "Öberg",       "Ström",      "Hermansson", "Åkesson",   "Ekström",
    "Abrahamsson", "Hedberg",   "Åström",      "Öhman",      "Ängström",   "Kvist",     "Rydén",
    "Melin",       "Haddad",    "Novak",       "Korhonen",   "Nguyen",     "Yilmaz",    "Kowalski",
    "Begić",       "Ali",       "Svärd",       "Rask",       "Frisk",
};

static const struct demo_code known[] = {
    {"Benny", "Andersson"},  {"Magdalena", "Andersson"}, {"Bibi", "Andersson"},   {"Karin", "Andersson"},
    {"Astrid", "Lindgren"},  {"Göran", "Persson"},       {"Stefan", "Persson"},   {"Stefan", "Holm"},
    {"Peter", "Forsberg"},   {"Henrik", "Larsson"},      {"Zara", "Larsson"},     {"Ingemar", "Johansson"},
    {"Jonas", "Eriksson"},   {"Anders", "Svensson"},     {"Johan", "Magnusson"},  {"Selma", "Lagerlöf"},
    {"Thomas", "Eriksson"},  {"Jan", "Eliasson"},        {"Morgan", "Johansson"}, {"Jonas", "Jonsson"},
    {"Marcus", "Berg"},      {"Emil", "Forsberg"},       {"Anton", "Lundell"},    {"Victoria", "Sandberg"},
    {"Robin", "Olsen"},      {"Sebastian", "Larsson"},   {"Stefan", "Andersson"}, {"Kristoffer", "Olsson"},
    {"Viktor", "Claesson"},  {"Lisa", "Nilsson"},        {"Linda", "Bengtzing"},  {"Tommy", "Nilsson"},
    {"Ulf", "Lundell"},      {"Ulf", "Nilson"},          {"Kent", "Nilsson"},     {"Ulf", "Samuelsson"},
    {"Kjell", "Samuelsson"}, {"Håkan", "Eriksson"},      {"Hans", "Dahlgren"},    {"Daniel", "Nyström"},
    {"Amanda", "Lind"},      {"Hanna", "Öberg"},         {"Elvira", "Öberg"},     {"Frida", "Karlsson"},
    {"Ebba", "Andersson"},   {"Emma", "Johansson"},      {"Maja", "Dahlqvist"},   {"Hugo", "Larsson"},
    {"Hans", "Rosling"},     {"Rolf", "Lassgård"},       {"Mikael", "Persson"},   {"Annika", "Strandhäll"},
    {"Malin", "Persson"},    {"Jimmie", "Åkesson"},      {"Pernilla", "Wallin"},  {"Anna", "Lindberg"},
    {"Marie", "Göranzon"},   {"Sven", "Jerring"},        {"Erik", "Karlsson"},    {"Nils", "Ericson"},
};

const char *demo_names_given(struct demo_rng *r, bool female, int birth_year)
{
    int g = 0;
    while (birth_year > generation_last[g])
        g++;
    return (female ? women : men)[g][demo_rng_below(r, NAMES_PER_GENERATION)];
}

const char *demo_names_family(struct demo_rng *r)
{
    const uint32_t count = sizeof families / sizeof families[0];
    return families[demo_rng_below(r, demo_rng_chance(r, 400) ? count / 4 : count)];
}

bool demo_names_allowed(const char *given, const char *family)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].code, given) == 0 && strcmp(known[i].display, family) == 0)
            return false;
    }
    return true;
}
