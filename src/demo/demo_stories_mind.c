/* SPDX-License-Identifier: Apache-2.0
 * Stories of mind, memory, childhood and teeth. Codes: ICD-10-SE. */
#include "demo/demo_int.h"

static const struct demo_story stories[] = {
    {
        .name = "depression",
        .onset_from = 16,
        .onset_to = 70,
        .permille = {8, 75, 85, 55, 50, 45},
        .lasting = true,
        .visits_x10 = 17,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"F32.1", "Medelsvår depressiv episod"}},
        .drug = {DRUG_SERTRALIN, DRUG_PROPIOMAZIN},
        .labs = {{LAB_TSH, 0, 0}, {LAB_B12, 0, 0}, {LAB_HB, 0, 0}},
        .reason = "Nedstämdhet",
        .first =
            "Anamnes\nNedstämd, energilös och sover dåligt sedan {två|fyra} månader. {Separation i "
            "höstas.|Hög belastning på arbetet.|Ingen tydlig utlösande orsak.} Ingen tidigare psykiatrisk "
            "kontakt. Alkohol i liten mängd. Inga tvång, inga hörselhallucinationer.\n\nPsykiskt "
            "status\nFormell och emotionell kontakt god. Sänkt grundstämning. MADRS-S {22|25|29}. Inga "
            "suicidtankar, inga planer.\n\nLab\nTSH %TSH%, Hb %HB% g/L, kobalaminer %B12% pmol/L: inget som "
            "förklarar tröttheten.\n\nBedömning\nMedelsvår depressiv episod.\n\nÅtgärd\nSertralin insätts, "
            "information om biverkningar de första veckorna. Psykologkontakt. Återbesök om tre veckor. "
            "Hänvisas till akutpsykiatri vid försämring.",
        .note =
            "Uppföljning. MADRS-S {8|13|18}. {Tydligt bättre, sover hela nätter.|Något bättre men orkar inte "
            "arbeta heltid.|Oförändrad.} Inga suicidtankar. {Inga biverkningar av sertralin.|Viss svettning, "
            "ingen sexuell biverkan.} {Fortsätter samma dos.|Överväger högre dos vid nästa besök.|Planerar "
            "nedtrappning efter ett års behandling.} Sjukskriven {inte alls|25 procent|50 procent}.",
        .phone = "Telefonuppföljning. Mår {bättre|ungefär som förut|sämre den senaste veckan men inga nya "
                 "symtom}. {Sover sex timmar per natt.|Kommer ut på promenader.|Har börjat arbeta på "
                 "deltid.} Inga tankar på att skada sig. Tar medicinen varje dag. Ny tid om fyra veckor.",
        .referral =
            {{UNIT_PSYK, "Bedömning vid utebliven effekt av antidepressiv behandling",
              "%ålder%-årig %person% med medelsvår depression, två preparat prövade i adekvat dos. Inga "
              "psykotiska symtom. Inga aktuella suicidplaner. Tacksam för bedömning.",
              "Bedömd på mottagningen. Recidiverande depression utan psykotiska symtom. Rekommenderar "
              "tillägg av mirtazapin till natten och KBT. Ingen indikation för ECT. Återremitteras.",
              45}},
    },
    {
        .name = "ångest",
        .onset_from = 14,
        .onset_to = 60,
        .permille = {20, 60, 45, 25, 20, 15},
        .lasting = true,
        .visits_x10 = 11,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"F41.9", "Ångesttillstånd, ospecificerat"}},
        .drug = {DRUG_MIRTAZAPIN},
        .reason = "Oro och ångest",
        .first = "Attacker av hjärtklappning, tryck över bröstet och rädsla att tappa kontrollen. EKG "
                 "tidigare utan anmärkning. Undviker {buss|folksamlingar|att köra bil}. Inga suicidtankar. "
                 "Inget missbruk. Bedömning: ångesttillstånd med panikattacker. KBT via internet erbjuds, "
                 "information om andningsteknik.",
        .note = "Samtal. {Färre attacker.|Inga attacker senaste månaden.|Fortsatt daglig oro.} Arbetar med "
                "exponering. Inga suicidtankar. Sömnen {bättre|störd}. Inga lugnande läkemedel används. "
                "Fortsatt kontakt varannan vecka.",
        .phone = "Ringer orolig för sina hjärtklappningar. Ingen bröstsmärta, ingen svimning. Lugnande "
                 "besked, tid till psykolog på torsdag.",
    },
    {
        .name = "demens",
        .onset_from = 70,
        .onset_to = 92,
        .permille = {0, 0, 0, 20, 80, 220},
        .lasting = true,
        .visits_x10 = 15,
        .unit = UNIT_VC,
        .visit = VISIT_HOME,
        .diagnosis = {{"F00.1", "Demens vid Alzheimers sjukdom med sen debut"},
                      {"G30.1", "Alzheimers sjukdom med sen debut"}},
        .drug = {DRUG_DONEPEZIL, DRUG_MEMANTIN},
        .labs = {{LAB_B12, 0, 0}, {LAB_TSH, 0, 0}, {LAB_CA, 0, 0}, {LAB_HB, 126, 122}, {LAB_KREA, 0, 0}},
        .vitals = VITAL_BP | VITAL_PULSE | VITAL_WEIGHT,
        .reason = "Demensuppföljning",
        .flag = "Kognitiv svikt: anhörig ska delta vid samtal",
        .first = "Anhörig beskriver tilltagande glömska i två år. %Hon% upprepar frågor och går vilse. MMSE "
                 "{18|21|23} av 30, klocktest avvikande. DT hjärna: hippocampusatrofi, ingen infarkt, ingen "
                 "normaltryckshydrocefalus. B12 %B12% pmol/L, TSH %TSH%, kalcium %CA%: normala. Ingen "
                 "depression. Bedömning: Alzheimers sjukdom. Donepezil insätts. Ej bilkörning. Kontakt med "
                 "kommunens demensteam.",
        .note = "Hembesök med distriktssköterska. {Stabilt.|Sämre orientering, känner inte alltid igen "
                "grannarna.|Orolig kvällstid.} Äter {bra|dåligt}, vikt %vikt% kg. Inga fall. Inga smärtor. "
                "BT %bt%. {Läkemedlen tolereras väl.|Inga biverkningar av läkemedlen.} Inga neuroleptika. "
                "Anhörigstöd erbjuds.",
        .phone = "Dotter ringer: orolig på kvällarna, vill gå hem. Ingen feber, ingen misstänkt "
                 "urinvägsinfektion. Råd om kvällsrutiner. Distriktssköterska gör hembesök.",
        .nurse = "Hemsjukvården. Dosett delad, inga missade doser. Hud hel, inga trycksår. Vikt %vikt% kg. "
                 "Lugn och vänlig i kontakten.",
        .admission = {.permille = 60,
                      .unit = UNIT_GERI,
                      .reason = "Förvirring och feber",
                      .diagnosis = {"F05.1", "Delirium vid demens"},
                      .days_min = 4,
                      .days_max = 11,
                      .labs = {{LAB_CRP, 84, 0}, {LAB_NA, 133, 0}, {LAB_LPK, 12, 0}, {LAB_KREA, 0, 0}},
                      .shift = {.pulse = 18, .temp10 = 13, .sat = -3, .resp = 4, .sys = -12},
                      .inskrivning = "Hittad förvirrad av hemtjänsten. Temp %temp%, puls %puls%, BT %bt%, "
                                     "NEWS2 %news%. CRP %CRP% mg/L, natrium %NA% mmol/L. Inga lungbiljud, "
                                     "ingen nackstyvhet. Urinsticka positiv för nitrit. Bedöms som delirium "
                                     "utlöst av urinvägsinfektion. Antibiotika, vätska, lugn miljö.",
                      .omvardnad = "Orolig under natten, lugnad av personal utan läkemedel. Äter med hjälp. "
                                   "Inga fall. NEWS2 %news%. Hälarna avlastade, inga rodnader.",
                      .epikris =
                          "Vårdtid %dygn%. Delirium som gick i regress under antibiotikabehandling. CRP "
                          "sjunkande. Inga nya läkemedel för oro. Vårdplanering med kommunen: utökad "
                          "hemtjänst. Anhörig informerad.\n\nLäkemedel vid utskrivning\n%läkemedel%"},
    },
    {
        .name = "adhd",
        .onset_from = 7,
        .onset_to = 35,
        .permille = {70, 45, 12, 0, 0, 0},
        .lasting = true,
        .visits_x10 = 14,
        .unit = UNIT_PSYK,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"F90.0B", "Uppmärksamhetsstörning med hyperaktivitet (adhd, kombinerad form)"}},
        .drug = {DRUG_METYLFENIDAT, DRUG_MELATONIN},
        .vitals = VITAL_BP | VITAL_PULSE | VITAL_WEIGHT,
        .reason = "Adhd-uppföljning",
        .first = "Neuropsykiatrisk utredning avslutad. Uppfyller kriterier för adhd, kombinerad form. Inga "
                 "tics. Ingen hjärtsjukdom i släkten. BT %bt%, puls %puls%, vikt %vikt% kg. Metylfenidat i "
                 "upptrappning. Anpassningar i {skolan|arbetet} diskuteras.",
        .note = "Uppföljning adhd. {Bättre koncentration, klarar läxorna.|Effekten tar slut på "
                "eftermiddagen.|Minskad aptit vid lunch.} Inga hjärtklappningar. BT %bt%, puls %puls%, vikt "
                "%vikt% kg. Sömnen {fungerar med melatonin|är bra utan läkemedel}. {Samma dos.|Dosen följs "
                "upp vid nästa besök.} Inga nedstämda tankar.",
        .phone = "Ringer om recept på melatonin. Inga biverkningar. Recept förnyas, kontroll av längd och "
                 "vikt i vår.",
    },
    {
        .name = "autism",
        .onset_from = 3,
        .onset_to = 14,
        .permille = {22, 6, 2, 0, 0, 0},
        .lasting = true,
        .visits_x10 = 14,
        .unit = UNIT_HAB,
        .visit = VISIT_MOTTAGNING,
        .diagnosis = {{"F84.0", "Autism i barndomen"}},
        .drug = {DRUG_MELATONIN},
        .reason = "Habiliteringsinsats",
        .first = "Nybesök på habiliteringen tillsammans med föräldrar. Autism konstaterad. Kommunicerar med "
                 "{korta meningar|bildstöd}. Känslig för ljud. Inga epileptiska anfall. Plan: "
                 "föräldrautbildning, kontakt med förskola, arbetsterapeut för vardagsrutiner.",
        .note = "Uppföljning av habiliteringsplan. {Bildschema fungerar bra hemma.|Svårt i övergångar, fler "
                "utbrott i skolan.} Inga sömnproblem sedan melatonin. Mål: klara påklädning själv. Ny plan "
                "om sex månader.",
        .phone = "Samtal med förälder. Inga nya svårigheter. Önskar intyg till skolan, skickas.",
    },
    {
        .name = "järnbrist",
        .sex = 1,
        .onset_from = 14,
        .onset_to = 50,
        .permille = {8, 45, 35, 0, 0, 0},
        .lasting = true,
        .visits_x10 = 7,
        .unit = UNIT_VC,
        .visit = VISIT_VC,
        .diagnosis = {{"D50.9", "Järnbristanemi, ospecificerad"}},
        .drug = {DRUG_JARN},
        .labs = {{LAB_HB, 104, 124}, {LAB_FERRITIN, 6, 28}, {LAB_CRP, 0, 0}},
        .vitals = VITAL_BP | VITAL_PULSE,
        .reason = "Trötthet",
        .first = "Trött och andfådd i trappor. Rikliga menstruationer. Inget blod i avföringen, ingen "
                 "viktnedgång. Hb %HB% g/L, ferritin %FERRITIN% µg/L. BT %bt%, puls %puls%. Bedömning: "
                 "järnbristanemi. Järntabletter varannan dag i tre månader.",
        .note = "Kontroll. Hb %HB% g/L, ferritin %FERRITIN% µg/L. {Piggare.|Ingen skillnad.} Inga magbesvär "
                "av järnet. {Fortsätter.|Avslutar, nytt prov om tre månader.}",
        .phone = "Provsvar: Hb %HB% g/L. Ingen ändring. Fortsätter med järn.",
    },
    {
        .name = "tandvård",
        .onset_from = 3,
        .onset_to = 90,
        .permille = {620, 380, 420, 430, 360, 200},
        .lasting = true,
        .visits_x10 = 6,
        .unit = UNIT_TAND,
        .visit = VISIT_TAND,
        .diagnosis = {{"Z01.2", "Tandundersökning"}},
        .reason = "Tandundersökning",
        .first = "{Undersökning.|Första besöket på kliniken.} {Inga allmänsjukdomar av "
                 "betydelse.|Hälsodeklaration genomgången, inga hinder för behandling.} Slemhinnor ua. "
                 "{Kariesfri.|Ett kariesangrepp som lagas.} Munhygien {god|kan bli bättre}. Röntgen bitewing "
                 "utan ytterligare fynd. Kallas åter om {12|18|24} månader.",
        .note = "{Undersökning och rengöring.|Basundersökning.|Revisionsundersökning.} {Inga nya "
                "kariesskador.|En fyllning lagad, {16|26|36|46} ocklusalt, utan bedövning.|Initialt karies "
                "mellan kindtänderna, följs.} {Lätt tandköttsinflammation.|Inga fördjupade fickor.|Ficka fem "
                "millimeter vid {17|27}, ingen blödning i övrigt.} {Tandsten avlägsnad.|Inga beläggningar.} "
                "Fluortandkräm morgon och kväll, ingen spolning efteråt. {Inga ändringar i "
                "hälsodeklarationen.|Nya läkemedel noterade i hälsodeklarationen, ej antikoagulantia.}",
        .phone = "Ringer om {isning i en tand. Ingen svullnad, ingen feber. Får tid nästa vecka.|en lossnad "
                 "fyllning. Ingen värk. Tid om tre dagar.|ömt tandkött. Inget sår, inga blåsor. Råd om "
                 "munhygien.|ombokning av undersökning. Inga besvär från tänderna.}",
    },
};

const struct demo_story_set demo_stories_mind = {stories, sizeof stories / sizeof stories[0]};
