/* SPDX-License-Identifier: Apache-2.0
 * Stories of lungs, joints, hormones, tumours and skin. Codes: ICD-10-SE, KVÅ. */
#include "demo/demo_int.h"

#define ROUTINE (VITAL_BP | VITAL_PULSE | VITAL_WEIGHT)
#define LUNGS (VITAL_BP | VITAL_PULSE | VITAL_SAT | VITAL_WEIGHT)

static const struct demo_story stories[] = {
    {
        .name = "KOL",
        .onset_from = 52,
        .onset_to = 78,
        .permille = {0, 0, 22, 75, 100, 70},
        .lasting = true,
        .visits_x10 = 16,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"J44.9", "Kroniskt obstruktiv lungsjukdom, ospecificerad"}},
        .drug = {DRUG_TIOTROPIUM, DRUG_BUDFORM, DRUG_SALBUTAMOL},
        .labs = {{LAB_HB, 146, 150}, {LAB_CRP, 0, 0}, {LAB_LPK, 0, 0}},
        .vitals = LUNGS,
        .shift = {.sat = -4, .pulse = 6},
        .reason = "KOL-mottagning",
        .first =
            "Söker för långdragen hosta och andfåddhet vid ansträngning. Rökt i {30|40} år. Ingen blodig "
            "hosta, ingen viktnedgång. Spirometri med reversibilitetstest: FEV1/FVC 0,{58|61|64}, FEV1 "
            "{54|62|71} procent av förväntat, ingen reversibilitet. Saturation %sat% procent. Lungröntgen "
            "utan misstänkta förändringar.\n\nBedömning: KOL, GOLD {2|2–3}. Inhalationsbehandling startas. "
            "Stöd till rökstopp. Vaccineras mot influensa och pneumokocker.",
        .note = "Årskontroll KOL. CAT {9|14|19|23} poäng. {Ingen försämringsperiod senaste året.|En "
                "försämringsperiod med kortisonkur i vintras.|Två försämringar, ingen slutenvård.} {Röker "
                "inte sedan diagnosen.|Röker fem cigaretter om dagen, är inte motiverad att sluta just nu.} "
                "Saturation %sat% procent, AF %af%. Lungor: {förlängt expirium, inga rassel|nedsatta "
                "andningsljud, inga ronki}. Inga ödem. Inhalationsteknik kontrollerad. {Oförändrad "
                "behandling.|Ingen ändring av inhalationerna.} Fysioterapeut för träning.",
        .phone = "Ringer på grund av mer hosta och missfärgat slem sedan tre dagar. Ingen feber, ingen "
                 "bröstsmärta, pratar obehindrat. Startar behandling enligt skriftlig plan, har läkemedel "
                 "hemma. Söker akut vid andnöd i vila.",
        .nurse = "KOL-sjuksköterska. Spirometri utförd, FEV1 {51|58|66} procent. Saturation %sat% procent. "
                 "Vikt %vikt% kg. Pratar om andningsteknik, motivation till rökstopp och behandlingsplan vid "
                 "försämring. Inga frågor.",
        .procedure = {"AG053", "Spirometri"},
        .procedure_permille = 600,
        .referral = {{UNIT_LUNG, "Lungspecialistbedömning KOL",
                      "%ålder%-årig %person% med KOL och tilltagande besvär trots trippelbehandling. "
                      "Saturation %sat% procent i vila. Ingen hemoptys. Tacksam för bedömning.",
                      "Svår KOL, stadium 3. Ingen indikation för syrgas i hemmet, PaO2 8,1. Föreslår "
                      "roflumilast och KOL-skola. Åter primärvården.",
                      60}},
        .admission = {.permille = 110,
                      .unit = UNIT_LUNG,
                      .reason = "Försämrad KOL",
                      .diagnosis = {"J44.1",
                                    "Kroniskt obstruktiv lungsjukdom med akut exacerbation, ospecificerad"},
                      .days_min = 2,
                      .days_max = 7,
                      .labs = {{LAB_CRP, 58, 0}, {LAB_LPK, 12.6F, 0}, {LAB_HB, 0, 0}, {LAB_KREA, 0, 0}},
                      .shift = {.pulse = 26, .sat = -8, .resp = 11, .temp10 = 9},
                      .inskrivning =
                          "Försämrad andning sedan {två|fyra} dagar, ökad upphostning. Kan inte tala i hela "
                          "meningar. Ingen bröstsmärta, inga hållpunkter för lungemboli. Saturation %sat% "
                          "procent på luft, AF %af%, puls %puls%, temp %temp%. Lungor: utbredda ronki. CRP "
                          "%CRP% mg/L, LPK %LPK%. Lungröntgen: inget infiltrat. Inhalationer, peroralt "
                          "kortison, kontrollerad syrgas mot mål 88–92 procent.",
                      .omvardnad = "Andningen lugnare, AF %af%, saturation %sat% procent. NEWS2 %news%. "
                                   "Inhalerar var fjärde timme. {Äter hälften av portionerna.|God aptit.} "
                                   "Ångestdämpande inte givet. Andningsgymnastik med fysioterapeut.",
                      .epikris = "Vårdtid %dygn%. KOL-exacerbation utan pneumoni. Kortisonkur i sammanlagt "
                                 "sju dagar, inhalationer. Ingen NIV behövdes. Vid utskrivning saturation "
                                 "%sat% procent på luft. Uppföljning hos KOL-sjuksköterska på %vc% inom fyra "
                                 "veckor.\n\nLäkemedel vid utskrivning\n%läkemedel%"},
    },
    {
        .name = "astma",
        .onset_from = 5,
        .onset_to = 40,
        .permille = {70, 80, 75, 60, 40, 20},
        .lasting = true,
        .visits_x10 = 9,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"J45.9", "Astma, ospecificerad"}},
        .drug = {DRUG_BUDFORM, DRUG_SALBUTAMOL},
        .vitals = VITAL_PULSE | VITAL_SAT,
        .reason = "Astmakontroll",
        .first =
            "Återkommande pip i bröstet {vid förkylning|vid ansträngning|under pollensäsongen}. Ingen feber. "
            "Spirometri med 14 procents reversibilitet. Saturation %sat% procent. Lungor utan biljud i dag. "
            "Bedömning: astma. Inhalationsbehandling, visar inhalator. Ingen pälsdjursallergi känd.",
        .note =
            "Astmakontroll. ACT {17|21|24} poäng. {Inga nattliga besvär.|Vaknar en natt i veckan av hosta.} "
            "Använder vid behovs-inhalator {mindre än en gång i veckan|två till tre gånger i veckan}. Inga "
            "akutbesök. Lungor: inga biljud. Saturation %sat% procent. {Trappar ner "
            "underhållsdosen.|Fortsätter oförändrat.|Kan öka till två inhalationer under pollensäsongen.}",
        .phone = "Ringer för nytt recept på inhalator. Mår bra, inga nattliga besvär. Recept ordnas. "
                 "Årskontroll bokas.",
        .procedure = {"AG053", "Spirometri"},
        .procedure_permille = 350,
    },
    {
        .name = "hypotyreos",
        .onset_from = 25,
        .onset_to = 70,
        .permille = {1, 15, 40, 70, 90, 90},
        .lasting = true,
        .visits_x10 = 9,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"E03.9", "Hypotyreos, ospecificerad"}},
        .drug = {DRUG_LEVOTYROXIN},
        .labs = {{LAB_TSH, 9.8F, 2.2F}, {LAB_T4, 10, 17}, {LAB_KOL, 0, 0}},
        .vitals = ROUTINE,
        .reason = "Kontroll sköldkörtel",
        .first = "Trötthet, frusenhet och viktuppgång. Ingen sväljningssvårighet, ingen palpabel struma. TSH "
                 "%TSH% mIE/L, fritt T4 %T4% pmol/L. Puls %puls%, BT %bt%. Bedömning: hypotyreos. "
                 "Levotyroxin i låg dos, ökas stegvis. TSH om sex veckor.",
        .note = "Kontroll hypotyreos. {Mår bra, inga besvär.|Fortsatt trött.} TSH %TSH% mIE/L, fritt T4 %T4% "
                "pmol/L. Ingen hjärtklappning. {Oförändrad dos.|Nytt prov innan dosen ändras.} Ny TSH om "
                "{sex veckor|ett år}.",
        .phone = "Provsvar lämnas: TSH %TSH%. Ingen ändring av dosen. Inga frågor.",
    },
    {
        .name = "reumatoid artrit",
        .onset_from = 35,
        .onset_to = 72,
        .permille = {0, 2, 9, 16, 18, 12},
        .lasting = true,
        .visits_x10 = 24,
        .unit = UNIT_REUMA,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"M05.9", "Seropositiv reumatoid artrit, ospecificerad"}},
        .drug = {DRUG_METOTREXAT, DRUG_FOLSYRA},
        .labs = {{LAB_CRP, 32, 5},
                 {LAB_SR, 41, 16},
                 {LAB_HB, 122, 130},
                 {LAB_LPK, 7.4F, 6},
                 {LAB_TPK, 360, 280},
                 {LAB_ALAT, 0, 0},
                 {LAB_KREA, 0, 0}},
        .vitals = VITAL_BP,
        .reason = "Reumatologmottagning",
        .flag = "Metotrexat en gång i VECKAN",
        .first = "Symmetrisk värk och svullnad i fingrarnas grundleder och handleder sedan tre månader, "
                 "morgonstelhet över en timme. Anti-CCP positiv. CRP %CRP% mg/L, SR %SR% mm. Röntgen händer: "
                 "inga erosioner. Ingen psoriasis, inga ögonbesvär. DAS28 5,4. Metotrexat insätts med "
                 "folsyra. Provtagning enligt schema.",
        .note = "Återbesök. {Inga svullna leder|Två svullna och tre ömma leder}, DAS28 {2,1|2,8|3,6}. "
                "Morgonstelhet {saknas|en kvart}. CRP %CRP% mg/L, SR %SR% mm, ALAT %ALAT% µkat/L. Inga "
                "infektioner. {Inga biverkningar.|Lätt illamående dagen efter metotrexat, inga andra "
                "biverkningar.} {Oförändrad dos.|Ny bedömning om tre månader.} Nya prov var åttonde vecka.",
        .phone = "Ringer om munsår och trötthet. Ingen feber. Gör uppehåll med metotrexat en vecka, "
                 "blodstatus tas i morgon. Ny kontakt efter provsvar.",
        .nurse = "Sjuksköterskebesök, biologisk behandling diskuteras. Inga tecken till infektion. BT %bt%. "
                 "Går igenom veckodosering: metotrexat torsdag, folsyra fredag.",
    },
    {
        .name = "knäartros",
        .onset_from = 55,
        .onset_to = 80,
        .permille = {0, 1, 60, 150, 190, 190},
        .lasting = true,
        .visits_x10 = 7,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"M17.9", "Gonartros, ospecificerad"}},
        .drug = {DRUG_PARACETAMOL},
        .vitals = VITAL_WEIGHT,
        .reason = "Knävärk",
        .first = "Värk i {höger|vänster} knä sedan {ett halvår|två år}, startsmärta och vilovärk. Inget "
                 "trauma, inga låsningar. Status: krepitationer, sträckdefekt fem grader, ingen hydrops. "
                 "Stabilt. Vikt %vikt% kg. Bedömning: artros. Artrosskola hos fysioterapeut, paracetamol, "
                 "viktråd. Ingen röntgen i nuläget.",
        .note =
            "Uppföljning knäartros. {Bättre efter artrosskola.|Oförändrad värk, klarar inte "
            "trappor.|Vilovärk nattetid, gångsträcka 300 meter.} Ingen svullnad. {Fortsatt träning.|Provar "
            "antiinflammatorisk gel.|Remiss till ortoped för ställningstagande till protes.}",
        .phone = "Undrar över väntetid till ortopeden. Hänvisas till ortopedkliniken. Inga nya besvär.",
        .referral = {{UNIT_ORT, "Ställningstagande till knäprotes",
                      "%ålder%-årig %person% med röntgenverifierad gonartros. Vilovärk, gångsträcka cirka "
                      "300 meter, genomgången artrosskola utan tillräcklig effekt. Inga kontraindikationer "
                      "kända. Tacksam för bedömning.",
                      "Uttalad medial gonartros. Patienten önskar operation och sätts upp på väntelista för "
                      "total knäprotes. Förväntad väntetid {tre|fem} månader. Fortsatt träning.",
                      160}},
        .admission =
            {.permille = 35,
             .unit = UNIT_ORT,
             .reason = "Planerad knäprotes",
             .diagnosis = {"M17.1", "Annan primär gonartros"},
             .procedure = {"NGB49", "Primär total knäledsplastik med cement"},
             .days_min = 1,
             .days_max = 4,
             .labs = {{LAB_HB, 118, 0}, {LAB_CRP, 64, 0}, {LAB_KREA, 0, 0}},
             .shift = {.sys = -8, .pulse = 8, .temp10 = 5},
             .inskrivning =
                 "Inläggs för planerad knäprotes. Inga infektionstecken, inga sår. Antikoagulantia: ingen. "
                 "Hb %HB% g/L. BT %bt%. ASA-klass 2. Informerad om trombosprofylax och mobilisering.",
             .omvardnad = "Mobiliserad med kryckkäppar till korridoren. VAS {3|4|5} i rörelse, ingen smärta "
                          "i vila. Förband torrt. Kissat spontant, ingen resurin. NEWS2 %news%.",
             .epikris = "Vårdtid %dygn%. Opererad med total knäprotes utan komplikationer. Flexion 80 "
                        "grader. Agraffer tas på %vc% efter 14 dagar. Trombosprofylax tio dagar. Inga tecken "
                        "till infektion.\n\nLäkemedel vid utskrivning\n%läkemedel%"},
    },
    {
        .name = "benskörhet",
        .sex = 1,
        .onset_from = 62,
        .onset_to = 86,
        .permille = {0, 0, 6, 90, 180, 220},
        .lasting = true,
        .visits_x10 = 6,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"M81.9", "Osteoporos, ospecificerad"}},
        .drug = {DRUG_ALENDRONAT, DRUG_KALCIUM_D},
        .labs = {{LAB_CA, 0, 0}, {LAB_DVIT, 38, 66}, {LAB_KREA, 0, 0}},
        .vitals = VITAL_WEIGHT,
        .reason = "Osteoporosuppföljning",
        .first = "Tidigare handledsfraktur. Bentäthetsmätning: T-score -2,9 i höft. Ingen "
                 "kortisonbehandling. Kalcium %CA% mmol/L, vitamin D %DVIT% nmol/L. Inga "
                 "sväljningssvårigheter. Alendronsyra insätts, fem år. Fallprevention diskuteras.",
        .note = "Uppföljning osteoporos. Inga nya frakturer, inga fall. Tar veckotabletten rätt. Vitamin D "
                "%DVIT% nmol/L. Ingen käkvärk. {Fortsätter.|Behandlingsuppehåll efter fem år, ny mätning om "
                "två år.}",
    },
    {
        .name = "höftfraktur",
        .onset_from = 72,
        .onset_to = 99,
        .permille = {0, 0, 0, 8, 40, 110},
        .lasting = true,
        .visits_x10 = 8,
        .unit = UNIT_VC,
        .visit = VISIT_HOME,
        .diagnosis = {{"Z96.6", "Förekomst av ortopediska ledimplantat"}},
        .drug = {DRUG_ALENDRONAT, DRUG_PARACETAMOL, DRUG_LAKTULOS},
        .labs = {{LAB_HB, 112, 122}, {LAB_KREA, 0, 0}},
        .vitals = VITAL_BP | VITAL_PULSE,
        .reason = "Uppföljning höftfraktur",
        .flag = "Fallrisk",
        .first = "Hembesök efter höftfraktur. Går med rollator inomhus. Såret läkt, inga infektionstecken. "
                 "Ingen vilovärk. BT %bt% liggande, inget blodtrycksfall i stående. Hb %HB% g/L. "
                 "Benskörhetsbehandling insätts. Kommunal rehabilitering fortsätter.",
        .note = "Hembesök. {Inga nya fall.|Ett fall utan skada i badrummet.} Går {utan|med} hjälp. "
                "Läkemedelsgenomgång: inga sömnmedel. BT %bt%. Hb %HB% g/L. {Trygghetslarm finns.|Ansökan om "
                "trygghetslarm lämnad.}",
        .nurse =
            "Hemsjukvård. Ser över hud och fötter: inga sår. Äter bra. Vikt följs. Ingen smärta. BT %bt%.",
        .admission = {.permille = 120,
                      .unit = UNIT_ORT,
                      .reason = "Fall i hemmet",
                      .diagnosis = {"S72.0", "Fraktur på collum femoris"},
                      .procedure = {"NFB19", "Primär delprotes i höftled med cement"},
                      .days_min = 4,
                      .days_max = 10,
                      .labs = {{LAB_HB, 108, 0}, {LAB_CRP, 78, 0}, {LAB_KREA, 0, 0}, {LAB_NA, 135, 0}},
                      .shift = {.sys = 6, .pulse = 14, .sat = -3, .temp10 = 4},
                      .inskrivning =
                          "Fallit i {köket|sovrummet} på plant golv. Kan inte stödja på {höger|vänster} ben, "
                          "benet förkortat och utåtroterat. Ingen medvetslöshet, ingen skallskada. Röntgen: "
                          "dislocerad collumfraktur. Hb %HB% g/L, natrium %NA% mmol/L. Smärtblockad given. "
                          "Operation inom ett dygn.",
                      .omvardnad = "Första dagarna efter operation. Mobiliserad med gåbord och två personer. "
                                   "Trycksårsprofylax, inga rodnader. Orienterad, ingen konfusion i natt. "
                                   "VAS 2 i vila. NEWS2 %news%. KAD dragen, kissar spontant.",
                      .epikris = "Vårdtid %dygn%. Höftfraktur som opererades med halvprotes utan "
                                 "komplikationer. Hb som lägst %HB% g/L, ingen transfusion. Får belasta "
                                 "fullt. Utskrives till {hemmet med hemtjänst|korttidsboende}. "
                                 "Benskörhetsutredning via %vc%.\n\nLäkemedel vid utskrivning\n%läkemedel%"},
    },
    {
        .name = "prostatacancer",
        .sex = 2,
        .onset_from = 60,
        .onset_to = 84,
        .permille = {0, 0, 6, 55, 110, 130},
        .lasting = true,
        .visits_x10 = 15,
        .unit = UNIT_URO,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"C61.9", "Malign tumör i prostata"}},
        .drug = {DRUG_LEUPRORELIN},
        .labs = {{LAB_PSA, 14, 1.9F}, {LAB_HB, 0, 0}, {LAB_KREA, 0, 0}},
        .vitals = 0,
        .reason = "Uppföljning prostatacancer",
        .first = "Förhöjt PSA %PSA% µg/L. Biopsier visar adenokarcinom, Gleason 3+4. MR: inga tecken till "
                 "spridning utanför prostata. Inga skelettsmärtor. MDK rekommenderar {strålbehandling och "
                 "hormonbehandling|aktiv monitorering}. Kontaktsjuksköterska utsedd.",
        .note = "Återbesök. PSA %PSA% µg/L. {Inga vattenkastningsbesvär.|Måste upp en gång per natt.} Ingen "
                "hematuri. {Värmevallningar av hormonbehandlingen.|Inga biverkningar.} Ingen skelettvärk. "
                "Fortsätter enligt plan, nytt PSA om {tre|sex} månader.",
        .phone = "Kontaktsjuksköterska: PSA-svar %PSA% µg/L meddelas. Inga tecken till återfall. Orolig, "
                 "erbjuds samtal med kurator, tackar nej.",
        .referral = {{UNIT_ONK, "Strålbehandling prostata",
                      "%ålder%-årig %person% med lokaliserad prostatacancer, PSA %PSA% µg/L. Ingen känd "
                      "tarmsjukdom. Tacksam för bedömning.",
                      "Planeras för extern strålbehandling, 20 fraktioner, i kombination med "
                      "hormonbehandling. Inga kontraindikationer.",
                      70}},
    },
    {
        .name = "bröstcancer",
        .sex = 1,
        .onset_from = 42,
        .onset_to = 82,
        .permille = {0, 1, 20, 50, 60, 60},
        .lasting = true,
        .visits_x10 = 13,
        .unit = UNIT_KIR,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"C50.9", "Malign tumör i bröstkörtel, icke specificerad lokalisation"}},
        .labs = {{LAB_HB, 126, 134}, {LAB_LPK, 5, 5.8F}, {LAB_TPK, 0, 0}, {LAB_ALAT, 0, 0}},
        .vitals = VITAL_WEIGHT,
        .reason = "Uppföljning bröstcancer",
        .flag = "Opererad bröst och armhåla: undvik blodtryck i den armen",
        .first = "Upptäckt vid mammografi. Ultraljudsledd biopsi: duktal cancer, ER-positiv, HER2-negativ. "
                 "Inga palpabla körtlar i axillen. Inga symtom från skelett eller lungor. MDK: "
                 "bröstbevarande kirurgi, därefter strålning och endokrin behandling. Kontaktsjuksköterska "
                 "närvarande vid beskedet, likaså anhörig.",
        .note =
            "Kontroll efter bröstcancer. Inga palpabla resistenser i brösten, inga förstorade lymfkörtlar. "
            "{Inget armödem.|Lätt armödem, bär kompressionsstrumpa.} Mammografi utan anmärkning. {Ledvärk av "
            "endokrin behandling.|Inga biverkningar.} Hb %HB% g/L. Fortsatt uppföljning årligen.",
        .phone = "Ringer om ömhet i operationsärret. Ingen rodnad, ingen feber, inget sekret. Råd om "
                 "avlastning, hör av sig om det inte går över.",
        .referral =
            {{UNIT_ONK, "Postoperativ strålbehandling",
              "%ålder%-årig %person%, bröstbevarande kirurgi utan lymfkörtelmetastas. Tacksam för "
              "ställningstagande till strålbehandling.",
              "Strålbehandling 15 fraktioner mot bröst. Därefter endokrin behandling fem år. Ej cytostatika.",
              90}},
    },
    {
        .name = "grå starr",
        .onset_from = 68,
        .onset_to = 92,
        .permille = {0, 0, 8, 70, 190, 260},
        .lasting = true,
        .visits_x10 = 5,
        .unit = UNIT_OGON,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"H25.9", "Senil katarakt, ospecificerad"}},
        .reason = "Kataraktbedömning",
        .first = "Gradvis suddigare syn, bländas vid mörkerkörning. Visus höger 0,{4|5}, vänster 0,{5|6}. "
                 "Linsgrumlingar bilateralt. Tryck 15 mmHg. Ögonbotten: inga blödningar, ingen "
                 "makuladegeneration. Sätts upp för operation, {höger|vänster} öga först.",
        .note = "Återbesök ögon. {Opererat öga lugnt, visus 0,9, ingen inflammation.|Väntar på operation av "
                "andra ögat.} Inget smärtsamt. Nya glasögon via optiker om sex veckor.",
        .procedure = {"CJE20", "Fakoemulsifikation med implantation av konstgjord lins i bakre kammaren"},
        .procedure_permille = 450,
    },
    {
        .name = "epilepsi",
        .onset_from = 4,
        .onset_to = 70,
        .permille = {5, 7, 7, 9, 12, 12},
        .lasting = true,
        .visits_x10 = 10,
        .unit = UNIT_NEURO,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"G40.9", "Epilepsi, ospecificerad"}},
        .drug = {DRUG_LEVETIRACETAM},
        .labs = {{LAB_NA, 0, 0}, {LAB_KREA, 0, 0}, {LAB_ALAT, 0, 0}},
        .reason = "Epilepsikontroll",
        .flag = "Epilepsi: krampanfall",
        .first = "Två generaliserade tonisk-kloniska anfall inom ett halvår, utan provokation. MR hjärna "
                 "utan avvikelse. EEG: epileptiform aktivitet temporalt. Inga fokala bortfall. Levetiracetam "
                 "insätts. Ej bilkörning tills vidare, information given.",
        .note = "Kontroll epilepsi. {Anfallsfri sedan ett år.|Ett anfall under stress, kortvarigt, gick över "
                "av sig självt.} Inga biverkningar, möjligen lite irriterad. Natrium %NA% mmol/L. "
                "{Oförändrad dos.|Serumkoncentration tas.} Körkort: {uppfyller|uppfyller inte} kraven.",
        .phone = "Anhörig ringer om ett kort anfall i morse. Inget trauma, ingen tungbitning. Har glömt två "
                 "doser. Återinsätts som vanligt.",
    },
    {
        .name = "psoriasis",
        .onset_from = 15,
        .onset_to = 55,
        .permille = {6, 22, 32, 30, 24, 15},
        .lasting = true,
        .visits_x10 = 7,
        .unit = UNIT_HUD,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"L40.0", "Psoriasis vulgaris"}},
        .drug = {DRUG_HYDROKORTISON},
        .reason = "Hudmottagning",
        .first = "Fjällande, rodnade plack på armbågar, knän och hårbotten. PASI 6. Inga ledbesvär, ingen "
                 "nagelpåverkan. Lokalbehandling och ljusbehandling. Inga andra läkemedel.",
        .note = "Återbesök. {Bättre under sommaren.|Fler plack på underbenen.} Inga ledsymtom. Fortsatt "
                "lokalbehandling. {Ljusbehandling tre gånger i veckan.|Ingen ljusbehandling i nuläget.}",
    },
};

const struct demo_story_set demo_stories_long = {stories, sizeof stories / sizeof stories[0]};
