/* SPDX-License-Identifier: Apache-2.0
 * Stories of heart, vessels and metabolism. Codes: ICD-10-SE, KVÅ. */
#include "demo/demo_int.h"

#define ROUTINE (VITAL_BP | VITAL_PULSE | VITAL_WEIGHT)

static const struct demo_story stories[] = {
    {
        .name = "typ 2-diabetes",
        .onset_from = 38,
        .onset_to = 74,
        .permille = {0, 4, 60, 150, 190, 170},
        .lasting = true,
        .visits_x10 = 22,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"E11.9", "Diabetes mellitus typ 2 utan uppgift om komplikationer"}},
        .drug = {DRUG_METFORMIN, DRUG_EMPAGLIFLOZIN, DRUG_ATORVASTATIN},
        .labs = {{LAB_HBA1C, 66, 55},
                 {LAB_GLUKOS, 9.4F, 8.1F},
                 {LAB_KREA, 76, 88},
                 {LAB_UALBKREA, 1.2F, 3.6F},
                 {LAB_LDL, 3.9F, 2.2F},
                 {LAB_KOL, 5.9F, 4.3F},
                 {LAB_K, 0, 0}},
        .vitals = ROUTINE | VITAL_HEIGHT,
        .shift = {.sys = 10},
        .reason = "Diabeteskontroll",
        .first =
            "Kontaktorsak\nNyupptäckt diabetes typ 2.\n\nAnamnes\n%ålder%-årig %person% som sökt på grund av "
            "{ökad törst och stora urinmängder|trötthet de senaste månaderna|förhöjt blodsocker vid "
            "hälsokontroll}. {Ingen viktnedgång.|Har gått ner ett par kilo utan att försöka.} Inga tecken "
            "till ketos. Ingen känd hjärtsjukdom. {Röker inte.|Slutade röka för några år sedan.|Röker "
            "omkring tio cigaretter om dagen.}\n\nStatus\nGott allmäntillstånd. BT %bt%, vikt %vikt% kg, "
            "längd %längd% cm. Hjärta: regelbunden rytm, inga blåsljud. Lungor: vesikulära andningsljud, "
            "inga biljud. Fötter: inga sår, normal känsel för monofilament, palpabla "
            "fotpulsar.\n\nLab\nHbA1c %HBA1C% mmol/mol, P-glukos %GLUKOS% mmol/L, kreatinin %KREA% µmol/L, "
            "LDL %LDL% mmol/L.\n\nBedömning\nDiabetes mellitus typ 2. Inga kända "
            "komplikationer.\n\nÅtgärd\nInsätter metformin, långsam upptrappning. Samtal om mat, rörelse och "
            "tobak. Remiss för ögonbottenfotografering. Tid till diabetessköterska om tre månader.",
        .note = "{Årskontroll diabetes.|Läkarbesök, diabetes.|Planerat återbesök.}\n\nAnamnes\n%Hon% mår "
                "{bra|väsentligen bra|hyggligt}, {inga känningar|enstaka lätta känningar före lunch}. "
                "{Promenerar dagligen.|Rör sig mindre än tidigare på grund av värk i knäna.|Har börjat cykla "
                "till arbetet.} Inga besvär från fötterna. {Ingen synpåverkan.|Tycker att synen blivit lite "
                "sämre.} Tar sina läkemedel {utan problem|men glömmer ibland kvällsdosen}.\n\nStatus\nBT "
                "%bt%, puls %puls%, vikt %vikt% kg. Fotstatus: {ua|torr hud, i övrigt ua|lätt nedsatt "
                "vibrationssinne, inga sår}.\n\nLab\nHbA1c %HBA1C% mmol/mol, kreatinin %KREA% µmol/L, "
                "U-albumin/kreatinin %UALB% g/mol, LDL %LDL% mmol/L.\n\nBedömning\n%sockret% %trycket% Inga "
                "nytillkomna komplikationer.\n\nÅtgärd\n{Oförändrad behandling.|Stämmer av läkemedlen, inga "
                "ändringar.|Påminner om att pausa metformin och SGLT2-hämmare vid magsjuka.} Ny kontroll hos "
                "diabetessköterska om sex månader.",
        .phone = "%namn% ringer {om sina blodsockervärden|och undrar över provsvar}. Fastevärden {kring "
                 "7–8|mellan 6 och 9|omkring 10} senaste veckan. {Inga känningar.|Ett lågt värde i går, åt "
                 "då en smörgås.} Ingen feber, inga sår på fötterna. Råd: fortsätt som tidigare, ta fler "
                 "värden före kvällsmat. Återkommer vid behov.",
        .nurse = "Besök hos diabetessköterska. Går igenom kost, fysisk aktivitet och egenmätning. BT %bt%, "
                 "vikt %vikt% kg. HbA1c %HBA1C% mmol/mol. {Injektionsteknik ej aktuell.|Byter lansetter, nya "
                 "remsor förskrivs.} Fötterna inspekterade: inga sår, inga förhårdnader. %Hon% är {nöjd "
                 "med|motiverad till att fortsätta} sin viktplan.",
        .referral = {{UNIT_OGON, "Ögonbottenfotografering vid diabetes",
                      "%ålder%-årig %person% med diabetes mellitus typ 2. HbA1c %HBA1C% mmol/mol. Inga kända "
                      "synbesvär. Tacksam för ögonbottenfotografering enligt program.",
                      "Ögonbottenfotografering utförd bilateralt. {Ingen diabetesretinopati.|Enstaka "
                      "mikroaneurysm, lätt bakgrundsretinopati utan makulopati.} Inget synhotande. Ny "
                      "fotografering om {två|tre} år.",
                      280},
                     {UNIT_NJUR, "Bedömning vid tilltagande albuminuri",
                      "Patient med diabetes typ 2 och U-albumin/kreatinin %UALB% g/mol, kreatinin %KREA% "
                      "µmol/L. Inga urinvägssymtom. Tacksam för ställningstagande till fortsatt behandling.",
                      "Bedömd som diabetesnefropati i tidigt skede. Rekommenderar ACE-hämmare i fulldos och "
                      "SGLT2-hämmare. Ingen ytterligare utredning hos oss i nuläget.",
                      25}},
        .admission =
            {.permille = 12,
             .unit = UNIT_MED,
             .reason = "Högt blodsocker",
             .diagnosis = {"E11.0", "Diabetes mellitus typ 2 med koma"},
             .days_min = 2,
             .days_max = 5,
             .labs = {{LAB_GLUKOS, 28, 0},
                      {LAB_KREA, 138, 0},
                      {LAB_NA, 148, 0},
                      {LAB_K, 4.6F, 0},
                      {LAB_CRP, 24, 0}},
             .shift = {.sys = -15, .pulse = 28, .resp = 5, .temp10 = 6},
             .inskrivning =
                 "Inkommer via akuten med tilltagande trötthet, törst och P-glukos %GLUKOS% mmol/L. Ingen "
                 "bröstsmärta, ingen andnöd. Inga buksmärtor. Status: torr om slemhinnor, BT %bt%, puls "
                 "%puls%, NEWS2 %news%. Bedöms som hyperosmolärt tillstånd utlöst av {infektion|utsatt "
                 "medicinering}. Vätska enligt schema, insulin intravenöst, P-glukos varje timme.",
             .omvardnad =
                 "{Sovit bra.|Orolig natt.} Dricker själv, inget illamående. Blodsocker följs enligt "
                 "ordination. NEWS2 %news%. Mobiliserad till stol med en person, inga trycksår.",
             .epikris = "Vårdtid %dygn%. Inkom med hyperosmolärt hyperglykemiskt tillstånd. Rehydrerades och "
                        "fick insulin med god effekt. Inga tecken till hjärtinfarkt eller stroke. Utskrives "
                        "i förbättrat tillstånd till hemmet. Uppföljning på %vc% inom två "
                        "veckor.\n\nLäkemedel vid utskrivning\n%läkemedel%"},
    },
    {
        .name = "typ 1-diabetes",
        .not_with = "typ 2-diabetes",
        .onset_from = 5,
        .onset_to = 34,
        .permille = {7, 9, 8, 5, 2, 0},
        .lasting = true,
        .visits_x10 = 30,
        .unit = UNIT_MED,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"E10.9", "Diabetes mellitus typ 1 utan uppgift om komplikationer"}},
        .drug = {DRUG_INSULIN_GLARGIN, DRUG_INSULIN_ASPART},
        .labs = {{LAB_HBA1C, 82, 57},
                 {LAB_GLUKOS, 11, 9},
                 {LAB_KREA, 0, 0},
                 {LAB_UALBKREA, 0, 0},
                 {LAB_TSH, 0, 0}},
        .vitals = ROUTINE,
        .reason = "Diabetesmottagning",
        .flag = "Diabetes typ 1: insulin får inte utebli",
        .first = "Nydebuterad diabetes typ 1 efter {två|tre} veckors törst och viktnedgång. Ingen ketoacidos "
                 "vid ankomst. HbA1c %HBA1C% mmol/mol, P-glukos %GLUKOS% mmol/L. BT %bt%. Insulinbehandling "
                 "startas. Utbildning i egenvård, kolhydraträkning och kontinuerlig glukosmätning. Ingen "
                 "annan känd autoimmun sjukdom.",
        .note = "Återbesök. Glukosmätare avläst: tid i målområdet {54|62|71} procent, {inga allvarliga "
                "hypoglykemier|en hypoglykemi som krävde hjälp}. HbA1c %HBA1C% mmol/mol. Inga fotsår. BT "
                "%bt%, vikt %vikt% kg. Injektionsställen utan förhårdnader. {Sänker basinsulinet två "
                "enheter.|Höjer måltidsdosen till middag.|Ingen ändring av doserna.} Diskuterar insulinpump; "
                "%hon% vill {avvakta|gärna prova}.",
        .phone =
            "Ringer på grund av höga värden vid förkylning. Inga ketoner. Ingen kräkning. Råd om extradoser "
            "enligt schema och att mäta ketoner på nytt i kväll. Söker akut vid ketoner över 3.",
        .referral =
            {{UNIT_OGON, "Ögonbottenfotografering vid diabetes",
              "Diabetes typ 1 sedan flera år, HbA1c %HBA1C% mmol/mol. Tacksam för ögonbottenfotografering.",
              "Fotografering utan tecken till retinopati. Ny kontroll om två år.", 150}},
    },
    {
        .name = "hypertoni",
        .onset_from = 40,
        .onset_to = 82,
        .permille = {0, 8, 190, 430, 520, 540},
        .lasting = true,
        .visits_x10 = 12,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"I10.9", "Essentiell hypertoni"}},
        .drug = {DRUG_ENALAPRIL, DRUG_AMLODIPIN},
        .labs =
            {{LAB_KREA, 78, 86}, {LAB_K, 4, 4.1F}, {LAB_NA, 0, 0}, {LAB_GLUKOS, 0, 0}, {LAB_LDL, 3.6F, 3.1F}},
        .vitals = ROUTINE,
        .shift = {.sys = 18},
        .reason = "Blodtryckskontroll",
        .first = "Anamnes\n%ålder%-årig %person% med upprepat förhöjt blodtryck vid mätning {hemma|hos "
                 "distriktssköterska}. Inga symtom, ingen huvudvärk, ingen bröstsmärta. {Hereditet för högt "
                 "blodtryck.|Ingen känd hereditet.}\n\nStatus\nBT %bt% i sittande efter fem minuters vila, "
                 "puls %puls% regelbunden. Hjärta och lungor ua. Inga underbensödem.\n\nLab\nKreatinin "
                 "%KREA% µmol/L, kalium %K% mmol/L, LDL %LDL% mmol/L.\n\nBedömning\nHypertoni. Inga tecken "
                 "till organpåverkan.\n\nÅtgärd\nLivsstilsråd. Insätter ACE-hämmare, kontroll av kreatinin "
                 "och kalium om två veckor.",
        .note = "Blodtryckskontroll. BT %bt%, puls %puls%. {Inga biverkningar av medicinen.|Besväras av lätt "
                "svullna underben mot kvällen.|Torrhosta sedan insättning av ACE-hämmare.} Ingen yrsel. "
                "Kreatinin %KREA% µmol/L, kalium %K% mmol/L. %trycket% Nytt besök om {sex|tolv} månader.",
        .phone = "Ringer för receptförnyelse av blodtrycksmedicin. Mår bra, inga biverkningar. Hemblodtryck "
                 "{132/78|138/84|146/88}. Receptet förnyas av ansvarig läkare. Ingen tid behövs nu.",
        .nurse = "Blodtryck hos distriktssköterska: %bt%, puls %puls%. Vikt %vikt% kg. Inga besvär. {Svarar "
                 "till läkare via meddelande.|Ny mätning om fyra veckor.}",
    },
    {
        .name = "förmaksflimmer",
        .onset_from = 58,
        .onset_to = 88,
        .permille = {0, 0, 12, 75, 160, 230},
        .lasting = true,
        .visits_x10 = 14,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"I48.9", "Förmaksflimmer och förmaksfladder, ospecificerat"}},
        .drug = {DRUG_APIXABAN, DRUG_METOPROLOL},
        .labs = {{LAB_HB, 0, 0}, {LAB_KREA, 84, 93}, {LAB_TPK, 0, 0}, {LAB_K, 0, 0}, {LAB_TSH, 0, 0}},
        .vitals = ROUTINE,
        .shift = {.pulse = 10},
        .reason = "Kontroll förmaksflimmer",
        .flag = "Behandlas med apixaban: blödningsrisk",
        .first = "Söker för {hjärtklappning|nedsatt ork|oregelbunden puls vid egenmätning}. Ingen "
                 "bröstsmärta, ingen svimning. EKG: förmaksflimmer, frekvens %puls%, inga ST-förändringar. "
                 "BT %bt%. Hb %HB% g/L, kreatinin %KREA% µmol/L, TSH %TSH%.\n\nBedömning: Nyupptäckt "
                 "förmaksflimmer. CHA2DS2-VASc 3. Ingen kontraindikation mot antikoagulantia.\n\nÅtgärd: "
                 "Apixaban och metoprolol insätts. Remiss till hjärtultraljud.",
        .note = "Kontroll förmaksflimmer. {Inga hjärtklappningar.|Enstaka attacker, går över av sig själva.} "
                "Inga blödningar, inget blod i avföringen. BT %bt%, puls %puls% oregelbunden. Hb %HB% g/L, "
                "kreatinin %KREA% µmol/L. {Apixaban i fulldos, njurfunktionen tillåter det.|Ingen ändring av "
                "blodförtunnande behandling.} Ny kontroll om ett år.",
        .phone = "%namn% undrar om apixaban kan tas inför tandutdragning. Inga blödningar. Råd: ingen dos på "
                 "morgonen samma dag, därefter som vanligt. Tandläkaren informeras av patienten.",
        .referral = {{UNIT_KARD, "Hjärtultraljud vid förmaksflimmer",
                      "%ålder%-årig %person% med nyupptäckt förmaksflimmer, frekvens %puls%. BT %bt%. Inga "
                      "kliniska tecken till svikt. Tacksam för ekokardiografi.",
                      "Ekokardiografi: normalstor vänsterkammare, EF 55–60 procent. Lätt dilaterat vänster "
                      "förmak. Ingen signifikant klaffsjukdom.",
                      120}},
        .admission =
            {.permille = 25,
             .unit = UNIT_KARD,
             .reason = "Snabbt förmaksflimmer",
             .diagnosis = {"I48.0", "Paroxysmalt förmaksflimmer"},
             .days_min = 1,
             .days_max = 3,
             .labs = {{LAB_TNT, 22, 0}, {LAB_K, 3.7F, 0}, {LAB_HB, 0, 0}, {LAB_CRP, 0, 0}},
             .shift = {.pulse = 62, .sys = -8, .resp = 3},
             .inskrivning = "Inkommer med hjärtklappning sedan {i natt|i morse}. Ingen bröstsmärta. EKG: "
                            "förmaksflimmer %puls% slag/min. BT %bt%. Troponin T %TNT% ng/L, kalium %K% "
                            "mmol/L. Frekvensreglering och telemetri. Inget utelämnat antikoagulans.",
             .omvardnad =
                 "Telemetri: flimmer, lugnare frekvens. Inga pauser. Uppegående på rummet. NEWS2 %news%.",
             .epikris = "Vårdtid %dygn%. Snabbt förmaksflimmer som {elkonverterades till "
                        "sinusrytm|frekvensreglerades}. Ingen infarkt. Ingen svikt. Betablockad oförändrad. "
                        "Fortsatt apixaban utan uppehåll. Kontroll på %vc% om en månad.\n\nLäkemedel vid "
                        "utskrivning\n%läkemedel%"},
    },
    {
        .name = "hjärtsvikt",
        .onset_from = 62,
        .onset_to = 90,
        .permille = {0, 0, 5, 32, 90, 190},
        .lasting = true,
        .visits_x10 = 24,
        .unit = UNIT_KARD,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"I50.9", "Hjärtinsufficiens, ospecificerad"}},
        .drug = {DRUG_FUROSEMID, DRUG_BISOPROLOL, DRUG_ENALAPRIL, DRUG_SPIRONOLAKTON},
        .labs = {{LAB_NTPROBNP, 2900, 1700},
                 {LAB_KREA, 96, 118},
                 {LAB_K, 4.3F, 4.5F},
                 {LAB_NA, 139, 137},
                 {LAB_HB, 128, 122}},
        .vitals = ROUTINE | VITAL_SAT,
        .shift = {.sys = -6, .sat = -2},
        .reason = "Hjärtsviktsmottagning",
        .first = "Remitterad på grund av andfåddhet vid ansträngning, NYHA {II|III}. Bensvullnad sedan några "
                 "veckor. Ingen bröstsmärta. Ekokardiografi: EF {30|35|40} procent. NT-proBNP %NTPROBNP% "
                 "ng/L, kreatinin %KREA% µmol/L, kalium %K% mmol/L. BT %bt%, puls %puls%, vikt %vikt% kg. "
                 "Pittingödem upp till {fotleden|halva underbenet}. Inga rassel. Sviktbehandling startas och "
                 "trappas upp. Vätskekarens är inte nödvändig i nuläget. Väger sig dagligen.",
        .note = "Hjärtsviktsmottagning, läkarbesök. NYHA {II|II–III|III}. {Orkar gå en trappa utan att "
                "stanna.|Måste vila i backen hem.|Sover med två kuddar.} Inga ödem i dag. Ingen yrsel när "
                "%hon% reser sig. BT %bt%, puls %puls%, saturation %sat% procent. Vikt %vikt% kg, "
                "{oförändrad|ett kilo upp}. NT-proBNP %NTPROBNP% ng/L, kreatinin %KREA%, kalium %K%. "
                "{Oförändrad behandling.|Avvaktar med högre dos bisoprolol till nästa besök.|Furosemid kvar "
                "på samma dos.} Återbesök om tre månader.",
        .phone = "Ringer om viktuppgång {två|tre} kilo på fyra dagar. Mer svullen om fötterna, ingen andnöd "
                 "i vila. Ordination av sviktsjuksköterska enligt generell plan: extra furosemid 40 mg i tre "
                 "dagar. Uppföljande samtal på fredag.",
        .nurse =
            "Sviktsjuksköterska. Vikt %vikt% kg, BT %bt%. Går igenom tecken på försämring och egenvård. "
            "Dosett delas av kommunens hemsjukvård. Inga ödem. Kreatinin %KREA%, kalium %K%: inga ändringar.",
        .admission = {.permille = 190,
                      .unit = UNIT_KARD,
                      .reason = "Tilltagande andfåddhet",
                      .diagnosis = {"I50.1", "Vänsterkammarsvikt"},
                      .days_min = 3,
                      .days_max = 9,
                      .labs = {{LAB_NTPROBNP, 6900, 0},
                               {LAB_KREA, 128, 0},
                               {LAB_CRP, 16, 0},
                               {LAB_TNT, 34, 0},
                               {LAB_HB, 118, 0}},
                      .shift = {.sys = 14, .pulse = 24, .sat = -8, .resp = 9},
                      .inskrivning =
                          "Kontaktorsak\nAndfåddhet.\n\nAktuellt\n%ålder%-årig %person% med känd hjärtsvikt. "
                          "Senaste veckan tilltagande andfåddhet, {kan inte ligga plant|vaknar av andnöd}. "
                          "Ingen bröstsmärta, ingen feber. Viktuppgång.\n\nStatus\nBT %bt%, puls %puls%, "
                          "saturation %sat% procent på luft, AF %af%, NEWS2 %news%. Basala rassel "
                          "bilateralt. Pittingödem.\n\nLab\nNT-proBNP %NTPROBNP% ng/L, kreatinin %KREA%, CRP "
                          "%CRP%, troponin T %TNT%.\n\nBedömning\nSviktförsämring, inga hållpunkter för "
                          "infarkt. Furosemid intravenöst, syrgas vid behov, daglig vikt, vätskelista.",
                      .omvardnad = "Andas lättare än i går. Saturation %sat% procent {utan|med 1 liter} "
                                   "syrgas. NEWS2 %news%. God diures. Hjälp med övre toalett, går till "
                                   "toaletten med rollator. Ingen smärta. Hud: inga tryckskador.",
                      .epikris = "Vårdtid %dygn%.\n\nVårdförlopp\nInkom med försämrad hjärtsvikt. Behandlad "
                                 "med intravenöst furosemid, gått ner {tre|fyra|sex} kilo. Utlösande faktor: "
                                 "{utebliven medicin|luftvägsinfektion|ingen säker}. Inga arytmier på "
                                 "telemetri. Ej infarkt.\n\nPlanering\nUtskrivningsvikt noterad. Uppföljning "
                                 "på hjärtsviktsmottagning inom två veckor. Kreatinin och kalium om en vecka "
                                 "på %vc%.\n\nLäkemedel vid utskrivning\n%läkemedel%"},
    },
    {
        .name = "kranskärlssjukdom",
        .onset_from = 50,
        .onset_to = 82,
        .permille = {0, 0, 18, 80, 120, 130},
        .lasting = true,
        .visits_x10 = 13,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"I25.1", "Aterosklerotisk hjärtsjukdom"}},
        .drug = {DRUG_ASA, DRUG_ATORVASTATIN, DRUG_METOPROLOL, DRUG_NITRO},
        .labs = {{LAB_LDL, 3.4F, 1.7F},
                 {LAB_KOL, 5.2F, 3.8F},
                 {LAB_HDL, 0, 0},
                 {LAB_TG, 0, 0},
                 {LAB_KREA, 0, 0},
                 {LAB_ALAT, 0, 0}},
        .vitals = ROUTINE,
        .reason = "Kontroll kranskärlssjukdom",
        .first = "Tar över uppföljningen efter hjärtinfarkt. Ingen bröstsmärta efter utskrivningen. {Deltar "
                 "i hjärtskola.|Tränar med fysioterapeut.} Har slutat röka. BT %bt%, puls %puls%. LDL %LDL% "
                 "mmol/L. Sekundärprevention enligt riktlinjer. Inga biverkningar av statin.",
        .note = "Årskontroll kranskärlssjukdom. Ingen kärlkramp, har inte använt nitroglycerin. {Ingen "
                "andfåddhet.|Blir andfådd i uppförsbacke men inte mer än förut.} BT %bt%, puls %puls%. LDL "
                "%LDL% mmol/L. {Oförändrad medicinering.|Nytt LDL om tre månader innan behandlingen ändras.} "
                "Inga muskelbesvär.",
        .phone = "Frågar om värktabletter tillsammans med acetylsalicylsyra. Avråds från "
                 "antiinflammatoriska, kan ta paracetamol. Ingen bröstsmärta.",
        .admission =
            {.permille = 30,
             .unit = UNIT_KARD,
             .reason = "Central bröstsmärta",
             .diagnosis = {"I21.4", "Akut subendokardiell infarkt"},
             .procedure = {"FNG05", "Perkutan transluminal koronarangioplastik med inläggande av stent"},
             .days_min = 2,
             .days_max = 5,
             .labs = {{LAB_TNT, 640, 0}, {LAB_HB, 0, 0}, {LAB_KREA, 0, 0}, {LAB_CRP, 9, 0}, {LAB_K, 0, 0}},
             .shift = {.sys = 16, .pulse = 18, .sat = -2, .resp = 4},
             .inskrivning = "Inkommer med central bröstsmärta sedan {två|fyra} timmar, utstrålning mot "
                            "vänster arm. Ej andningskorrelerad. Kallsvettig. EKG: ST-sänkningar V4–V6, inga "
                            "ST-höjningar. Troponin T %TNT% ng/L. BT %bt%, puls %puls%, saturation %sat% "
                            "procent. Bedöms som NSTEMI. Trombocythämning, koronarangiografi inom ett dygn.",
             .omvardnad = "Smärtfri. Instickställe höger handled torrt, ingen blödning, normal cirkulation i "
                          "handen. Telemetri utan arytmi. NEWS2 %news%.",
             .epikris = "Vårdtid %dygn%. NSTEMI. Koronarangiografi med PCI och stent i LAD, inga "
                        "komplikationer. Ekokardiografi: EF 50 procent. Dubbel trombocythämning i tolv "
                        "månader, därefter enbart ASA. Rökstopp. Ej bilkörning en vecka. Återbesök "
                        "hjärtmottagning fyra veckor.\n\nLäkemedel vid utskrivning\n%läkemedel%"},
    },
    {
        .name = "stroke",
        .onset_from = 60,
        .onset_to = 90,
        .permille = {0, 0, 6, 28, 60, 85},
        .lasting = true,
        .visits_x10 = 14,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"I69.3", "Sena effekter av cerebral infarkt"}},
        .drug = {DRUG_KLOPIDOGREL, DRUG_ATORVASTATIN, DRUG_ENALAPRIL},
        .labs = {{LAB_LDL, 3.3F, 1.8F}, {LAB_KREA, 0, 0}, {LAB_HB, 0, 0}, {LAB_K, 0, 0}},
        .vitals = ROUTINE,
        .shift = {.sys = 8},
        .reason = "Uppföljning efter stroke",
        .first = "Uppföljning tre månader efter hjärninfarkt i {höger|vänster} hemisfär. {Kvarstående "
                 "svaghet i handen.|Går med rollator.|Inga kvarstående bortfall.} {Inget talproblem.|Lätt "
                 "afasi, söker ord.} Inga nya episoder. BT %bt%. LDL %LDL% mmol/L. Behandling enligt "
                 "sekundärprevention. Fortsatt träning via kommunens rehabilitering.",
        .note = "Uppföljning stroke. Inga nya neurologiska symtom. {Tröttbar.|Humöret är bra.|Nedstämd i "
                "perioder.} Trycket %bt%, puls %puls%. LDL %LDL% mmol/L. Klarar sin ADL {själv|med hjälp "
                "morgon och kväll}. Ingen dysfagi. {Ej körkort för närvarande.|Kör bil, inga hinder.} "
                "Oförändrade läkemedel.",
        .nurse = "Hembesök tillsammans med arbetsterapeut. Inga fall sedan sist. Hjälpmedel: rollator, "
                 "duschpall. BT %bt%.",
        .referral =
            {{UNIT_STROKE, "Logopedbedömning efter stroke",
              "%ålder%-årig %person% med afasi efter hjärninfarkt. Inga sväljsvårigheter. Tacksam för "
              "bedömning och träning.",
              "Lätt ordmobiliseringsproblematik. Träning en gång i veckan i åtta veckor. Ingen dysartri.",
              60}},
        .admission =
            {.permille = 30,
             .unit = UNIT_STROKE,
             .reason = "Plötslig svaghet",
             .diagnosis = {"I63.9", "Cerebral infarkt, ospecificerad"},
             .days_min = 3,
             .days_max = 10,
             .labs = {{LAB_GLUKOS, 7.4F, 0}, {LAB_INR, 1, 0}, {LAB_CRP, 6, 0}, {LAB_KREA, 0, 0}},
             .shift = {.sys = 38, .pulse = 8},
             .inskrivning = "Plötslig svaghet i {höger|vänster} arm och ben samt sluddrigt tal. Vaknade med "
                            "symtom, därför ej trombolys. DT hjärna: ingen blödning. NIHSS {4|6|8}. BT %bt%. "
                            "PK(INR) %INR%. Inneliggande på strokeenhet, sväljtest innan mat.",
             .omvardnad =
                 "Sväljtest ua, äter konsistensanpassad kost. Mobiliseras med två personer till rullstol. "
                 "Inga tryckskador. Ingen huvudvärk. NEWS2 %news%.",
             .epikris = "Vårdtid %dygn%. Hjärninfarkt. Ingen kärlförträngning över 50 procent på karotis. Ej "
                        "förmaksflimmer på telemetri. Sekundärprevention enligt riktlinjer. Förbättrad i tal "
                        "och arm. Skrivs ut till {hemmet med tidig understödd utskrivning|korttidsplats}. "
                        "Uppföljning om tre månader.\n\nLäkemedel vid utskrivning\n%läkemedel%"},
    },
    {
        .name = "kronisk njursvikt",
        .onset_from = 55,
        .onset_to = 86,
        .permille = {0, 1, 10, 50, 110, 150},
        .lasting = true,
        .visits_x10 = 16,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"N18.3", "Kronisk njursvikt, stadium 3"}},
        .drug = {DRUG_LOSARTAN, DRUG_ATORVASTATIN},
        .labs = {{LAB_KREA, 118, 152},
                 {LAB_K, 4.5F, 4.9F},
                 {LAB_HB, 128, 117},
                 {LAB_CA, 2.32F, 2.24F},
                 {LAB_UALBKREA, 12, 26},
                 {LAB_ALB, 38, 36}},
        .vitals = ROUTINE,
        .shift = {.sys = 12},
        .reason = "Njurkontroll",
        .flag = "Nedsatt njurfunktion: dosera efter eGFR",
        .first = "Stegrat kreatinin vid upprepade prov, nu %KREA% µmol/L. U-albumin/kreatinin %UALB% g/mol. "
                 "Inga miktionsbesvär. Ultraljud: normalstora njurar, ingen hydronefros. BT %bt%. Bedömning: "
                 "kronisk njursvikt stadium 3. Undvik NSAID. Blockad av renin-angiotensinsystemet i så hög "
                 "dos som tolereras.",
        .note = "Kontroll njurfunktion. Kreatinin %KREA% µmol/L, kalium %K% mmol/L, Hb %HB% g/L. {Ingen "
                "klåda.|Besväras av klåda.} Inga ödem. BT %bt%. Läkemedelslistan genomgången, inga "
                "njurtoxiska läkemedel. {Ny kontroll om fyra månader.|Diskuterar remiss till njurmedicin.}",
        .phone = "Provsvar meddelas: kalium %K%, kreatinin %KREA%. Inga åtgärder i dag utöver "
                 "kaliumfattigare kost. Nytt prov om två veckor.",
        .referral = {{UNIT_NJUR, "Bedömning av sjunkande njurfunktion",
                      "%ålder%-årig %person% med kreatinin %KREA% µmol/L och albuminuri %UALB% g/mol. Hb "
                      "%HB% g/L. Inga obstruktiva besvär. Tacksam för bedömning.",
                      "Kronisk njursvikt, sannolikt nefroskleros. Blodtrycksmål under 130. Kontroller hos er "
                      "var fjärde månad. Åter remiss vid eGFR under 20. Ingen indikation för biopsi.",
                      110}},
    },
};

const struct demo_story_set demo_stories_heart = {stories, sizeof stories / sizeof stories[0]};
