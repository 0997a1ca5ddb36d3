/* SPDX-License-Identifier: Apache-2.0
 * What comes and goes: infections, injuries, checks. permille is the chance a year. Codes: ICD-10-SE, KVÅ. */
#include "demo/demo_int.h"

#define SICK (VITAL_PULSE | VITAL_SAT | VITAL_TEMP)
#define EMERGENCY (VITAL_BP | VITAL_PULSE | VITAL_SAT | VITAL_TEMP | VITAL_RESP | VITAL_NEWS)

static const struct demo_story stories[] = {
    {
        .name = "luftvägsinfektion",
        .onset_to = 105,
        .permille = {330, 160, 130, 110, 110, 110},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"J06.9", "Akut övre luftvägsinfektion, ospecificerad"}},
        .labs = {{LAB_CRP, 14, 0}},
        .vitals = SICK,
        .shift = {.temp10 = 9, .pulse = 10},
        .reason = "Hosta och feber",
        .first =
            "{Snuva, hosta och feber sedan {tre|fem} dagar.|Förkyld i {fyra|sex} dagar, nu tilltagande "
            "hosta.|Feber, hosta och muskelvärk sedan i förrgår.} {Äter och dricker.|Trött men kontaktbar.} "
            "Ingen andningspåverkan, inga utslag. Temp %temp%, saturation %sat% procent, CRP %CRP% mg/L. "
            "Öron och svalg ua. Lungor: inga biljud. {Virusinfektion, ingen antibiotika.|Bedöms som viros, "
            "inga hållpunkter för pneumoni.} Råd om vila, vätska och när man ska söka igen.",
        .phone = "{Ringer igen|Återuppringning enligt överenskommelse}: {hostan kvar men ingen feber sedan i "
                 "går|fortfarande trött, hostar mest på natten|snuvan bättre, ingen feber}. {Inga "
                 "andningsbesvär.|Ingen andfåddhet, ingen bröstsmärta.|Äter och dricker som vanligt.} "
                 "{Egenvård.|Råd om nässpray och vila, hör av sig om feber återkommer.|Ingen ny tid behövs.}",
    },
    {
        .name = "halsfluss",
        .onset_from = 3,
        .onset_to = 45,
        .permille = {70, 45, 15, 0, 0, 0},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"J03.0", "Streptokocktonsillit"}},
        .drug = {DRUG_PCV},
        .labs = {{LAB_CRP, 62, 0}},
        .vitals = SICK,
        .shift = {.temp10 = 17, .pulse = 16},
        .reason = "Halsont",
        .first =
            "Ont i halsen och feber sedan två dagar. Ingen hosta, ingen snuva. Temp %temp%. Rodnade "
            "tonsiller med beläggningar, ömma käkvinkelkörtlar. Ingen gapsvårighet. Centorkriterier {3|4}, "
            "snabbtest för streptokocker positivt, CRP %CRP% mg/L. %kur% förskrivs. %penicillin%.",
        .phone = "Ringer: feberfri men fortfarande ont. Inga sväljningssvårigheter. Fullfölj kuren.",
    },
    {
        .name = "öroninflammation",
        .onset_from = 1,
        .onset_to = 9,
        .permille = {150, 0, 0, 0, 0, 0},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"H66.0", "Akut varig mellanöreinflammation"}},
        .drug = {DRUG_PCV},
        .vitals = SICK,
        .shift = {.temp10 = 14, .pulse = 15},
        .reason = "Öronvärk",
        .first =
            "%Person% %åldertext% med öronvärk sedan i natt. Temp %temp%. {Höger|Vänster} trumhinna rodnad "
            "och buktande, ingen perforation. Inget utstående öra, ingen nackstyvhet. Andra örat ua. %kur% "
            "och smärtlindring. %penicillin%. Återbesök endast om ingen förbättring på tre dagar.",
    },
    {
        .name = "urinvägsinfektion",
        .sex = 1,
        .onset_from = 16,
        .onset_to = 105,
        .permille = {15, 70, 65, 90, 140, 190},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"N30.0", "Akut cystit"}},
        .drug = {DRUG_PIVMECILLINAM},
        .labs = {{LAB_CRP, 7, 0}},
        .vitals = VITAL_TEMP,
        .shift = {.temp10 = 2},
        .reason = "Vattenkastningsbesvär",
        .first = "{Sveda och täta trängningar sedan {två|tre} dagar.|Trängningar och blod i urinen sedan i "
                 "går.|Återkommande urinvägsbesvär, tredje gången i år.} Ingen feber, inga flanksmärtor, "
                 "inget illamående. Temp %temp%. {Urinsticka: nitrit och leukocyter positiva.|Typiska "
                 "symtom, ingen urinsticka tas.} CRP %CRP% mg/L. Akut cystit. %kur% i fem dagar.",
        .phone = "{Ringer på dag tre, bättre.|Ringer, fortfarande viss sveda.} {Inga biverkningar.|Lite lös "
                 "i magen, inget utslag.} Avslutar kuren enligt recept{.|, urinodling om besvären kvarstår.}",
        .admission = {.permille = 35,
                      .unit = UNIT_MED,
                      .reason = "Hög feber och flanksmärta",
                      .diagnosis = {"N10.9", "Akut tubulo-interstitiell nefrit"},
                      .days_min = 2,
                      .days_max = 5,
                      .labs = {{LAB_CRP, 168, 0}, {LAB_LPK, 15.2F, 0}, {LAB_KREA, 112, 0}, {LAB_TPK, 0, 0}},
                      .shift = {.temp10 = 24, .pulse = 32, .sys = -16, .resp = 6},
                      .inskrivning =
                          "Frossa, feber %temp% och {höger|vänster}sidig flanksmärta. Ingen andnöd, inga "
                          "utslag. BT %bt%, puls %puls%, NEWS2 %news%. CRP %CRP% mg/L, LPK %LPK%. Odlingar "
                          "tagna. Antibiotika intravenöst inom en timme. Ultraljud: ingen avflödeshinder.",
                      .omvardnad = "Temp %temp%, frossar inte längre. Dricker, inga kräkningar. Ingen smärta "
                                   "i vila. NEWS2 %news%.",
                      .epikris =
                          "Vårdtid %dygn%. Pyelonefrit med E. coli i urin, ingen resistens. Blododling utan "
                          "växt. Övergång till tabletter, totalt sju dagar. Ingen uppföljning om "
                          "besvärsfri.\n\nLäkemedel vid utskrivning\n%läkemedel%"},
    },
    {
        .name = "lunginflammation",
        .onset_from = 2,
        .onset_to = 105,
        .permille = {10, 10, 16, 30, 55, 95},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"J15.9", "Bakteriell pneumoni, ospecificerad"}},
        .drug = {DRUG_PCV},
        .labs = {{LAB_CRP, 124, 0}, {LAB_LPK, 13.4F, 0}},
        .vitals = SICK | VITAL_RESP,
        .shift = {.temp10 = 19, .pulse = 22, .sat = -3, .resp = 6},
        .reason = "Hosta, feber och andfåddhet",
        .first = "Insjuknat med frossa, hosta och feber. {Ingen bröstsmärta.|Håll i höger sida.} Temp "
                 "%temp%, puls %puls%, AF %af%, saturation %sat% procent. Rassel basalt {höger|vänster}. CRP "
                 "%CRP% mg/L. CRB-65 {0|1}. Pneumoni som kan behandlas hemma. %kur%. Ingen lungröntgen nu. "
                 "Kontakt om två dagar.",
        .phone = "Uppföljande samtal. Feberfri, hostar mindre. Ingen andfåddhet. {Ingen ny kontroll.|Nytt "
                 "samtal om en vecka om inte besvärsfri.}",
        .admission =
            {.permille = 340,
             .unit = UNIT_MED,
             .reason = "Lunginflammation",
             .diagnosis = {"J18.9", "Pneumoni, ospecificerad"},
             .days_min = 2,
             .days_max = 7,
             .labs = {{LAB_CRP, 212, 0}, {LAB_LPK, 16.8F, 0}, {LAB_KREA, 104, 0}, {LAB_NA, 134, 0}},
             .shift = {.temp10 = 21, .pulse = 30, .sat = -8, .resp = 11, .sys = -12},
             .inskrivning =
                 "%ålder%-årig %person% med {tre|fem} dagars hosta, feber och tilltagande andfåddhet. Temp "
                 "%temp%, AF %af%, saturation %sat% procent på luft, BT %bt%, NEWS2 %news%. Lungröntgen: "
                 "infiltrat i {höger underlob|vänster underlob}, ingen pleuravätska. CRP %CRP% mg/L. "
                 "%penicillin%. %intravenöst% intravenöst, syrgas, odlingar.",
             .omvardnad = "Syrgas {1|2} liter, saturation %sat% procent. Temp %temp%, AF %af%. NEWS2 %news%. "
                          "Sitter uppe till måltiderna. Inga trycksår. Andningsträning med motståndspip.",
             .epikris = "Vårdtid %dygn%. {Pneumoni med pneumokockantigen i urin.|Pneumoni, ingen växt i "
                        "odlingar.|Pneumoni vid påvisad influensa A.} Förbättrad på antibiotika, {feberfri "
                        "från dag två|feberfri efter tre dygn}. {Ingen syrgas vid hemgång.|Syrgas avslutad "
                        "dagen före hemgång, inga nya symtom.} Totalt sju dagars behandling. Lungröntgen om "
                        "åtta veckor via %vc% vid rökanamnes.\n\nLäkemedel vid utskrivning\n%läkemedel%"},
    },
    {
        .name = "magsjuka",
        .onset_to = 105,
        .permille = {60, 30, 20, 20, 25, 35},
        .unit = UNIT_VC,
        .visit = VISIT_PHONE,
        .diagnosis = {{"A09.9", "Gastroenterit och kolit av ospecificerad orsak"}},
        .reason = "Kräkning och diarré",
        .first = "Telefonrådgivning. {Kräkts och haft diarré sedan i går kväll.|Vattentunna diarréer i två "
                 "dygn, kräkningarna har upphört.|Insjuknade efter restaurangbesök med kräkningar.} Inget "
                 "blod i avföringen, ingen hög feber. {Dricker små mängder.|Får behålla vätskeersättning.} "
                 "Ingen i familjen sjuk på samma sätt. Råd om vätska och hygien. Stanna hemma 48 timmar "
                 "efter symtomfrihet.",
    },
    {
        .name = "ländryggsbesvär",
        .onset_from = 20,
        .onset_to = 90,
        .permille = {0, 55, 75, 60, 45, 30},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"M54.5", "Lumbago"}},
        .drug = {DRUG_NAPROXEN, DRUG_PARACETAMOL},
        .reason = "Ryggsmärta",
        .first =
            "Ont i ländryggen sedan {tre dagar|en vecka|två veckor}, {efter ett lyft|efter "
            "trädgårdsarbete|utan tydlig orsak}. Ingen utstrålning, inga domningar, inga miktionsbesvär. "
            "Status: inskränkt rörlighet, inga neurologiska bortfall, Lasègue negativ. Ofarlig ryggsmärta. "
            "Rörelse, kortvarigt smärtstillande, fysioterapeut. Ingen bilddiagnostik.",
        .phone = "Ringer om sjukskrivning. Bättre, inget nytt. Sjukskrivs inte, anpassning på arbetet.",
    },
    {
        .name = "handledsfraktur",
        .onset_from = 6,
        .onset_to = 100,
        .permille = {9, 5, 7, 12, 18, 22},
        .unit = UNIT_AKUT,
        .visit = VISIT_AKUT,
        .diagnosis = {{"S52.5", "Fraktur på nedre delen av radius"}},
        .drug = {DRUG_PARACETAMOL},
        .vitals = VITAL_BP | VITAL_PULSE,
        .reason = "Handledsskada",
        .first = "Fallit mot {isig trottoar|golvet|marken från cykel}. Svullen och felställd {höger|vänster} "
                 "handled. Ingen skallskada. Distalstatus: normal känsel, god kapillär återfyllnad. Röntgen: "
                 "distal radiusfraktur, dorsalbockad. Reponerad i lokalbedövning, gips. Kontrollröntgen om "
                 "tio dagar.",
        .referral = {{UNIT_ORT, "Kontroll efter handledsfraktur",
                      "Distal radiusfraktur, reponerad. Inga nervbortfall. Tacksam för kontroll med röntgen.",
                      "Godtagbart läge, gips totalt fem veckor. Ingen operation. Träning hos arbetsterapeut "
                      "därefter.",
                      550}},
    },
    {
        .name = "sårskada",
        .onset_from = 1,
        .onset_to = 95,
        .permille = {35, 22, 18, 15, 18, 20},
        .unit = UNIT_AKUT,
        .visit = VISIT_AKUT,
        .diagnosis = {{"S61.9", "Sårskada på handled och hand, ospecificerad lokalisation"}},
        .vitals = VITAL_PULSE,
        .reason = "Sårskada i handen",
        .first =
            "Skurit sig på {kniv|glas|en konservburk}. {Två|Tre} centimeter långt sår {i handflatan|på "
            "pekfingret|vid tumbasen}, inga senskador, normal känsel. {Ingen främmande kropp.|Blödningen "
            "avstannad, inget glas kvar i såret.} Rengjort, {tre|fyra|fem} suturer{ i lokalbedövning|}. "
            "Stelkrampsskydd {aktuellt|ges i dag}. Suturer tas efter tio dagar på %vc%.",
    },
    {
        .name = "blindtarm",
        .onset_from = 6,
        .onset_to = 60,
        .permille = {4, 4, 2, 1, 0, 0},
        .unit = UNIT_KIR,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"K35.8", "Annan och icke specificerad akut appendicit"}},
        .reason = "Buksmärta",
        .first =
            "Återbesök efter blindtarmsoperation. Sår läkta, inga infektionstecken. Inga besvär. Avslutas.",
        .admission =
            {.permille = 1000,
             .unit = UNIT_KIR,
             .reason = "Akut buksmärta",
             .diagnosis = {"K35.8", "Annan och icke specificerad akut appendicit"},
             .procedure = {"JEA01", "Laparoskopisk appendektomi"},
             .days_min = 1,
             .days_max = 3,
             .labs = {{LAB_CRP, 74, 0}, {LAB_LPK, 15.6F, 0}, {LAB_HB, 0, 0}},
             .shift = {.temp10 = 13, .pulse = 20},
             .inskrivning =
                 "Buksmärta sedan ett dygn som flyttat till höger nedre kvadrant. Illamående, ingen diarré. "
                 "Temp %temp%, CRP %CRP% mg/L, LPK %LPK%. Släppöm, ingen generell peritonit. DT buk: "
                 "appendicit utan perforation. Fastar, antibiotikaprofylax, operation i dag.",
             .omvardnad =
                 "Postoperativt. VAS 3, ingen illamående. Förband torra. Uppe och gått. NEWS2 %news%.",
             .epikris = "Vårdtid %dygn%. Laparoskopisk appendektomi, flegmonös appendicit utan perforation. "
                        "Inga komplikationer. Inga suturer att ta. Inget återbesök."},
    },
    {
        .name = "gallsten",
        .onset_from = 25,
        .onset_to = 85,
        .permille = {0, 4, 8, 9, 7, 5},
        .unit = UNIT_KIR,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"K80.2", "Sten i gallblåsan utan kolecystit"}},
        .labs = {{LAB_ALAT, 1.4F, 0}, {LAB_CRP, 8, 0}},
        .reason = "Gallstensanfall",
        .first = "Tre attacker av smärta under höger revbensbåge efter fet mat. Ingen feber, ingen gulsot. "
                 "Ultraljud: multipla konkrement, ingen vidgad gallgång. ALAT %ALAT% µkat/L, CRP %CRP% mg/L. "
                 "Sätts upp för operation.",
        .procedure = {"JKA21", "Laparoskopisk kolecystektomi"},
        .procedure_permille = 500,
    },
    {
        .name = "giktanfall",
        .sex = 2,
        .onset_from = 40,
        .onset_to = 90,
        .permille = {0, 0, 12, 22, 24, 20},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"M10.9", "Gikt, ospecificerad"}},
        .drug = {DRUG_NAPROXEN},
        .labs = {{LAB_URAT, 520, 0}, {LAB_CRP, 38, 0}, {LAB_KREA, 0, 0}},
        .vitals = VITAL_BP | VITAL_TEMP,
        .shift = {.temp10 = 3},
        .reason = "Svullen stortå",
        .first =
            "Plötslig svår smärta i {höger|vänster} stortås grundled, {vaknade av det|tål inte täcket mot "
            "foten}. Rodnad, svullen och mycket öm. Inget sår, inget trauma. Temp %temp%, CRP %CRP% mg/L, "
            "urat %URAT% µmol/L, kreatinin %KREA% µmol/L. Inga hållpunkter för septisk artrit. %kur% och "
            "vila. {Råd om alkohol och mat.|Förebyggande behandling diskuteras vid nästa anfall.}",
        .phone = "Ringer: mycket bättre, kan gå i skor. Ingen feber. Inget nytt recept.",
    },
    {
        .name = "reflux",
        .onset_from = 25,
        .onset_to = 85,
        .permille = {0, 16, 24, 22, 18, 14},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"K21.9", "Gastroesofageal refluxsjukdom utan esofagit"}},
        .drug = {DRUG_OMEPRAZOL},
        .labs = {{LAB_HB, 0, 0}},
        .reason = "Halsbränna",
        .first = "Sura uppstötningar och halsbränna, värre i liggande. Ingen sväljningssvårighet, ingen "
                 "viktnedgång, inga kräkningar. Hb %HB% g/L. Buk mjuk och oöm. Omeprazol i fyra veckor, höjd "
                 "huvudända. Gastroskopi om ingen effekt.",
        .referral = {{UNIT_KIR, "Gastroskopi",
                      "Refluxbesvär utan tillräcklig effekt av protonpumpshämmare. Inga alarmsymtom. Hb %HB% "
                      "g/L. Tacksam för gastroskopi.",
                      "Gastroskopi utan anmärkning, ingen esofagit, inget ulcus. Helicobacter negativ. Ingen "
                      "uppföljning.",
                      180}},
    },
    {
        .name = "rosfeber",
        .onset_from = 40,
        .onset_to = 100,
        .permille = {0, 0, 5, 10, 16, 22},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"A46.9", "Rosfeber (erysipelas)"}},
        .drug = {DRUG_PCV},
        .labs = {{LAB_CRP, 88, 0}},
        .vitals = SICK,
        .shift = {.temp10 = 16, .pulse = 14},
        .reason = "Rodnad på underbenet",
        .first = "Insjuknade med frossa, därefter välavgränsad rodnad på {höger|vänster} underben. Temp "
                 "%temp%. Ingen svullen vad, ingen DVT-misstanke. CRP %CRP% mg/L. Rodnaden ritas in. %kur%. "
                 "Återbesök i morgon vid spridning.",
        .phone = "Ringer: rodnaden mindre, ingen feber. Fortsätter tabletterna.",
    },
    {
        .name = "eksem",
        .onset_from = 0,
        .onset_to = 30,
        .permille = {55, 15, 0, 0, 0, 0},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"L20.9", "Atopiskt eksem, ospecificerat"}},
        .drug = {DRUG_HYDROKORTISON},
        .reason = "Eksem",
        .first = "{Torra, kliande eksem i armveck och knäveck.|Eksem på händer och hals, värre på "
                 "vintern.|Utbredd torr hud, rivmärken på underbenen.} {Ingen sekundär infektion.|Inga "
                 "vätskande sår, ej impetigo.} {Inga kända födoämnesreaktioner.|Tål all mat.} Mjukgörande "
                 "{flera gånger dagligen|morgon och kväll}, hydrokortisonkräm i två veckor. {Inga "
                 "provtagningar.|Skriftlig information om eksemvård.}",
    },
    {
        .name = "allergisk rinit",
        .onset_from = 6,
        .onset_to = 60,
        .permille = {45, 50, 30, 8, 0, 0},
        .unit = UNIT_VC,
        .visit = VISIT_VIDEO,
        .diagnosis = {{"J30.1", "Allergisk rinit orsakad av pollen"}},
        .drug = {DRUG_CETIRIZIN},
        .reason = "Pollenallergi",
        .first =
            "Distanskontakt via video. {Rinnande näsa och kliande ögon sedan björken blommade.|Nysningar och "
            "nästäppa varje vår, värre i år.|Kliande ögon och rinnsnuva vid gräsklippning.} {Ingen astma, "
            "inga pip i bröstet.|Inga andningsbesvär, sover bra.} {Har prövat receptfritt utan tillräcklig "
            "effekt.|Inga läkemedel tidigare.} Cetirizin och nässpray{|, ögondroppar vid behov}. {Hör av sig "
            "vid andningsbesvär.|Tid för pricktest erbjuds i höst, avböjer.}",
    },
    {
        .name = "hudförändring",
        .onset_from = 18,
        .onset_to = 95,
        .permille = {0, 18, 30, 40, 40, 30},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"D22.9", "Melanocytnevus, ospecificerad lokalisation"}},
        .reason = "Födelsemärke",
        .first = "Förändrat märke på {ryggen|underarmen|vaden}. Sju millimeter, {jämn färg, ingen "
                 "asymmetri|något oregelbundet, två färger}. Inga förstorade lymfkörtlar. Dermatoskopi: "
                 "{benignt mönster, ingen åtgärd|kan inte avskrivas, excideras}.",
        .referral =
            {{UNIT_HUD, "Teledermatoskopi",
              "Märke med oklar karaktär, sju millimeter. Inget sår, ingen blödning. Bilder bifogas. Tacksam "
              "för bedömning.",
              "Bilderna visar benignt nevus. Ingen åtgärd, ingen uppföljning. Söker igen vid förändring.",
              420}},
    },
    {
        .name = "hörselnedsättning",
        .onset_from = 60,
        .onset_to = 98,
        .permille = {0, 0, 8, 30, 45, 50},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"H91.1", "Presbyacusis"}},
        .reason = "Nedsatt hörsel",
        .first = "Hör sämre i sällskap. Inget susande, ingen yrsel. {Vaxproppar bilateralt, "
                 "spolade.|Öronstatus ua.} Önskar hörapparat.",
        .referral =
            {{UNIT_ONH, "Audiogram och hörapparatutprovning",
              "Tilltagande hörselnedsättning, inga ensidiga symtom. Öronstatus ua. Tacksam för utredning.",
              "Symmetrisk sensorineural nedsättning. Hörapparater utprovas bilateralt. Ingen vidare "
              "utredning.",
              700}},
    },
    {
        .name = "yrsel",
        .onset_from = 30,
        .onset_to = 98,
        .permille = {0, 10, 18, 28, 45, 60},
        .unit = UNIT_AKUT,
        .visit = VISIT_AKUT,
        .diagnosis = {{"H81.1", "Benign paroxysmal vertigo"}},
        .labs = {{LAB_HB, 0, 0}, {LAB_NA, 0, 0}, {LAB_GLUKOS, 0, 0}, {LAB_TNT, 0, 0}},
        .vitals = EMERGENCY,
        .reason = "Yrsel",
        .first = "Plötslig rotatorisk yrsel när %hon% vände sig i sängen. Ingen huvudvärk, inga "
                 "dubbelseenden, inga svagheter. BT %bt%, puls %puls%, NEWS2 %news%. Neurologiskt status ua. "
                 "Dix-Hallpike positiv {höger|vänster}. EKG sinusrytm, troponin T %TNT% ng/L, Hb %HB% g/L. "
                 "Epleys manöver med god effekt. Ingen inläggning.",
    },
    {
        .name = "bröstsmärta",
        .onset_from = 25,
        .onset_to = 95,
        .permille = {0, 8, 22, 35, 45, 50},
        .unit = UNIT_AKUT,
        .visit = VISIT_AKUT,
        .diagnosis = {{"R07.4", "Bröstsmärtor, ospecificerade"}},
        .labs = {{LAB_TNT, 0, 0}, {LAB_HB, 0, 0}, {LAB_KREA, 0, 0}, {LAB_CRP, 0, 0}, {LAB_K, 0, 0}},
        .vitals = EMERGENCY,
        .reason = "Bröstsmärta",
        .first = "Tryck över bröstet i {två|sex} timmar. {Ingen utstrålning.|Utstrålar mot vänster axel.} "
                 "Ingen andnöd, ingen feber. Inga riskfaktorer för lungemboli. BT %bt%, puls %puls%, "
                 "saturation %sat% procent. EKG utan ischemi. Troponin T %TNT% ng/L, oförändrat efter en "
                 "timme. CRP %CRP% mg/L. Ingen akut koronar sjukdom. Går hem, uppföljning på %vc%.",
    },
    {
        .name = "barnavård, spädbarn",
        .onset_from = 0,
        .onset_to = 1,
        .permille = {950, 0, 0, 0, 0, 0},
        .unit = UNIT_BVC,
        .visit = VISIT_BVC,
        .vitals = VITAL_WEIGHT | VITAL_HEIGHT,
        .reason = "Barnhälsobesök",
        .first = "Hälsobesök, %åldertext%. Utvecklas som väntat, {god ögonkontakt|jollrar och "
                 "skrattar|nyfiken och glad}. Vikt %vikt% kg, längd %längd% cm, följer sina kurvor. "
                 "{Ammas.|Äter smakportioner.} Inga sömnproblem utöver vad som är vanligt. {Ingen oro hos "
                 "föräldrarna.|Samtal om amning och mat.} Hjärta och lungor ua, inga blåsljud, höfter "
                 "stabila. Vaccination enligt programmet, inga kontraindikationer.",
        .phone = "Förälder ringer om {feber efter vaccination. Pigg emellan, inga utslag. Råd om vätska. "
                 "Ingen åtgärd.|trög mage. Inga kräkningar, magen mjuk. Råd om plommon och "
                 "katrinpuré.|nattsömn. Ingen feber, äter bra. Råd om rutiner, nytt samtal om två veckor.}",
    },
    {
        .name = "barnavård",
        .onset_from = 2,
        .onset_to = 5,
        .permille = {900, 0, 0, 0, 0, 0},
        .unit = UNIT_BVC,
        .visit = VISIT_BVC,
        .vitals = VITAL_WEIGHT | VITAL_HEIGHT,
        .reason = "Barnhälsobesök",
        .first = "Hälsobesök, %åldertext%. Utvecklas som väntat, {pratar i meningar|leker med andra "
                 "barn|springer och klättrar}. Vikt %vikt% kg, längd %längd% cm, följer sina kurvor. Inga "
                 "sömnproblem, äter varierat. Tandborstning två gånger dagligen. {Syn och hörsel prövade "
                 "utan anmärkning.|Ingen oro hos föräldrarna.} Inga avvikelser i språkutvecklingen.",
        .phone = "Förälder ringer om trots och sömn. Ingen oro för hälsan i övrigt. Råd ges, föräldragrupp "
                 "erbjuds.",
    },
    {
        .name = "preventivmedel",
        .sex = 1,
        .onset_from = 16,
        .onset_to = 38,
        .permille = {40, 110, 0, 0, 0, 0},
        .unit = UNIT_BMM,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"Z30.4", "Övervakning av preventivmedelsanvändning"}},
        .drug = {DRUG_P_PILLER},
        .vitals = VITAL_BP | VITAL_WEIGHT,
        .reason = "Preventivmedelsrådgivning",
        .first = "Önskar p-piller. Ingen migrän med aura, ingen trombos i släkten, röker inte. BT %bt%, vikt "
                 "%vikt% kg. Inga läkemedel som påverkar effekten. Erbjuds provtagning för klamydia. %kur% "
                 "förskrivs för ett år.",
        .phone = "Ringer om mellanblödning andra månaden. Ingen smärta, inga glömda tabletter. Råd att "
                 "fortsätta, ny kontakt om det inte upphör.",
    },
    {
        .name = "B12-brist",
        .onset_from = 40,
        .onset_to = 95,
        .permille = {0, 0, 5, 10, 14, 16},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"E53.8", "Brist på andra specificerade B-vitaminer"}},
        .drug = {DRUG_B12},
        .labs = {{LAB_B12, 118, 0}, {LAB_HB, 0, 0}, {LAB_TSH, 0, 0}},
        .vitals = VITAL_BP,
        .reason = "Trötthet och domningar",
        .first = "Trött och domningar i fötterna. Ingen viktnedgång, inga magbesvär. Kobalaminer %B12% "
                 "pmol/L, Hb %HB% g/L, TSH %TSH% mIE/L. Neurologiskt status: lätt nedsatt vibrationssinne, "
                 "inga andra bortfall. BT %bt%. Tablettbehandling, nytt prov om tre månader.",
    },
    {
        .name = "borrelia",
        .onset_from = 3,
        .onset_to = 85,
        .permille = {8, 6, 9, 10, 6, 3},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"A69.2", "Borreliainfektion"}},
        .drug = {DRUG_PCV},
        .vitals = VITAL_TEMP,
        .reason = "Hudrodnad efter fästingbett",
        .first = "Fästingbett för tre veckor sedan. Växande ringformad rodnad, åtta centimeter, {på vaden|i "
                 "knävecket|på magen}. Ingen feber, ingen huvudvärk, inga ledbesvär, ingen ansiktspares. "
                 "Temp %temp%. Typiskt erythema migrans, inga prover. %kur% förskrivs. %penicillin%.",
    },
    {
        .name = "sårinfektion",
        .onset_from = 1,
        .onset_to = 100,
        .permille = {14, 8, 9, 14, 20, 24},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"L08.9", "Lokal infektion i hud och underhud, ospecificerad"}},
        .drug = {DRUG_FLUKLOXACILLIN},
        .labs = {{LAB_CRP, 28, 0}},
        .vitals = VITAL_TEMP,
        .shift = {.temp10 = 4},
        .reason = "Infekterat sår",
        .first = "Rodnad och varig sekretion kring sår på {underbenet|foten|handen}. Ingen feber, ingen "
                 "lymfangit. Temp %temp%, CRP %CRP% mg/L. Odling tagen. %kur% i sju dagar, omläggning hos "
                 "distriktssköterska. %penicillin%.",
        .phone = "Odlingssvar: Staphylococcus aureus, inga resistenta stammar, ej MRSA. Såret torrare. "
                 "Fortsätter samma behandling.",
    },
    {
        .name = "graviditet",
        .sex = 1,
        .onset_from = 20,
        .onset_to = 41,
        .permille = {0, 75, 8, 0, 0, 0},
        .course_days = 215,
        .unit = UNIT_BMM,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"Z34.9", "Övervakning av normal graviditet, ospecificerad"}},
        .labs = {{LAB_HB, 118, 0}, {LAB_FERRITIN, 24, 0}, {LAB_GLUKOS, 0, 0}, {LAB_TSH, 0, 0}},
        .vitals = VITAL_BP | VITAL_WEIGHT,
        .reason = "Mödrahälsovård",
        .first = "Inskrivning i mödrahälsovården, graviditetsvecka {8|9|10}. {Första graviditeten.|Väntar "
                 "sitt andra barn, tidigare normal förlossning.} Inga sjukdomar av betydelse. Röker inte, "
                 "dricker ingen alkohol. BT %bt%, vikt %vikt% kg. Hb %HB% g/L, ferritin %FERRITIN% µg/L. "
                 "Information om kost, KUB och fosterdiagnostik. Inga uppgifter om våld i nära relation.",
        .note = "Kontroll hos barnmorska. Mår {bra|trött men bra}. Inga sammandragningar, inga blödningar, "
                "fosterrörelser känns. BT %bt%. Hb %HB% g/L. Symfys-fundusmått följer kurvan. {Råd om "
                "järn.|Ingen åtgärd.} Ny tid om fem veckor.",
        .admission =
            {.permille = 1000,
             .unit = UNIT_GYN,
             .reason = "Förlossning",
             .diagnosis = {"O80.9", "Spontanförlossning vid enkelbörd, ospecificerad"},
             .days_min = 1,
             .days_max = 3,
             .labs = {{LAB_HB, 112, 0}, {LAB_TPK, 0, 0}},
             .shift = {.pulse = 12, .sys = 6},
             .inskrivning = "Inkommer i värkarbete, fullgången. Vattenavgång {inte skett|klockan 03}. CTG "
                            "normalt. BT %bt%. Ingen feber. Önskar lustgas, eventuellt epidural.",
             .omvardnad =
                 "Mor och barn mår bra. Amningen kommer igång, inga sår. Livmodern väl sammandragen, liten "
                 "blödning. NEWS2 %news%.",
             .epikris =
                 "Vårdtid %dygn%. Spontan förlossning. Blödning 350 ml, ingen bristning av grad 3–4. Hb %HB% "
                 "g/L. Barnet undersökt utan anmärkning. Återbesök hos barnmorska om åtta veckor."},
    },
    {
        .name = "hälsokontroll",
        .onset_from = 18,
        .onset_to = 100,
        .permille = {0, 70, 120, 200, 210, 210},
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"Z00.0", "Allmän medicinsk undersökning"}},
        .labs = {{LAB_HB, 0, 0},
                 {LAB_LPK, 0, 0},
                 {LAB_TPK, 0, 0},
                 {LAB_KREA, 0, 0},
                 {LAB_NA, 0, 0},
                 {LAB_K, 0, 0},
                 {LAB_GLUKOS, 0, 0},
                 {LAB_KOL, 0, 0}},
        .vitals = VITAL_BP | VITAL_PULSE | VITAL_WEIGHT | VITAL_HEIGHT,
        .reason = "Hälsosamtal",
        .first = "Hälsosamtal. {Känner sig frisk.|Inga särskilda besvär.|Trött den senaste tiden men inga "
                 "andra symtom.|Orolig för hjärtat, pappa fick infarkt vid 60.} {Röker inte.|Snusar.|Rökfri "
                 "sedan tio år.} Alkohol: {inga riskbruk|måttligt}. Motion: {promenader dagligen|två pass i "
                 "veckan|nästan ingen}. BT %bt%, vikt %vikt% kg, längd %längd% cm. Hb %HB% g/L, glukos "
                 "%GLUKOS% mmol/L, kolesterol %KOL% mmol/L. Inget anmärkningsvärt. Råd om levnadsvanor. "
                 "Ingen uppföljning inplanerad.",
    },
    {
        .name = "receptförnyelse",
        .onset_from = 18,
        .onset_to = 105,
        .permille = {0, 170, 260, 380, 420, 400},
        .unit = UNIT_VC,
        .visit = VISIT_PHONE,
        .needs_meds = true,
        .reason = "Receptförnyelse",
        .first = "Ringer för förnyelse av recept. {Mår som vanligt, inga nya besvär, inga biverkningar.|Inga "
                 "biverkningar, tar sina läkemedel som ordinerat.|Glömmer ibland kvällsdosen, i övrigt inga "
                 "problem.} Läkemedelslistan gås igenom:\n%läkemedel%\nRecept förnyas av läkare. Kontroll "
                 "bokas enligt plan.",
    },
    {
        .name = "fallskada",
        .onset_from = 75,
        .onset_to = 105,
        .permille = {0, 0, 0, 0, 60, 150},
        .unit = UNIT_AKUT,
        .visit = VISIT_AKUT,
        .diagnosis = {{"S00.0", "Ytlig skada i hårbotten"}},
        .labs = {{LAB_HB, 0, 0}, {LAB_NA, 136, 0}, {LAB_INR, 0, 0}},
        .vitals = EMERGENCY,
        .reason = "Fall",
        .first = "Fallit i hemmet, slog i pannan. Ingen medvetslöshet, minns händelsen. Ingen nackömhet, "
                 "inga felställningar. BT %bt%, puls %puls%, NEWS2 %news%. DT hjärna: ingen blödning. "
                 "Natrium %NA% mmol/L, PK(INR) %INR%. Går med rollator som tidigare. Återgår hem, "
                 "hemtjänsten informerad. Fallriskbedömning via %vc%.",
    },
};

const struct demo_story_set demo_stories_acute = {stories, sizeof stories / sizeof stories[0]};
