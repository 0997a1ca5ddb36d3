// SPDX-License-Identifier: Apache-2.0
// The same texts in English.
import type { Words } from "./words.sv.ts";

const count = (n: number, one: string, many: string) => (n === 1 ? `1 ${one}` : `${n} ${many}`);
const hiddenBy = (n: number) => (n === 0 ? "" : `, ${n} hidden by the filter`);

export const en: Words = {
  title: "Steering",
  parts: "Parts of steering",
  refused: "Steering is for staff.",
  print: "Print", pdf: "Get PDF", pdfMaking: "Making PDF …",
  more: "There are more than what is shown here.",
  none: "Nothing to show.",
  noVerdict: "Not assessed",
  met: "Somebody else has changed it meanwhile. Nothing has been saved. What you have written stands: close, read what is new and try again.",
  busy: "Saving …",
  cancel: "Cancel",
  close: "Close",
  save: "Save",
  yes: "Yes",
  no: "No",
  showMore: (n, left) => `Show ${n} more (${left} left)`,
  lint: { need: "Need is missing", proposal: "Proposed decision is missing", functionality: "Functionality is missing", coordination: "Regional coordination is missing", benefitCase: "Benefit case is missing", benefit: "Benefit case is missing", funding: "Funding is missing", diary: "Diary number is missing or wrongly written" },
  overview: {
    heading: "Overview",
    about: "From idea to broad introduction. An introduction gets Go from what is measured, not from the date.",
    initiatives: "initiatives", noBenefit: "cases without a benefit case", noGo: "checkpoints with No-go", unanswered: "unanswered questions", overdue: (n) => `unanswered questions, ${n} of them overdue`, late: "contracts whose procurement should have begun", severe: "risks of 8 or more",
    places: {
      kriterier: "The criteria, settled in advance and locked.",
      tavla: "All initiatives in the phases of the process, with diary number, age of the gate and what is missing.", linje: "Each unit against each checkpoint, with verdict and earliest defensible date.", beslut: "Decisions taken, cases on their way, and decisions to report.",
      risker: "Likelihood times consequence, before and after treatment.", scenarier: "Go and No-go side by side.", nytta: "Benefit cases: present value, payback, sensitivity.", avtal: "Contracts that end, quarter by quarter.", forandring: "The five phases of change management, activities and effect goals.",
      erfarenheter: "What employees have told, by theme.", fragor: "Questions and answers, with owner and age.", rapporter: "Weekly report and final report.", moten: "Agendas, notes and wish list.", medlemmar: "Bodies, seats and mandates.",
    },
  },
  board: {
    heading: "Pipeline", about: "The initiatives in the phases of the process. Only a decision moves an initiative to the next phase.", propose: "Propose an idea", level: "Portfolio level", all: "All", shape: "Show as", shapes: { tavla: "Board", lista: "List", projekt: "Projects", portfoljer: "Portfolios", processer: "Processes" },
    change: "Change", addPortfolio: "New portfolio", noPortfolios: "No portfolios.", portfolioColumns: ["Portfolio", "Status", "Level", "Owner", "Initiatives and projects", "Budget", "Capacity", "Do"], addProcess: "New process", noProcesses: "No processes.", processColumns: ["Phase", "Gate that opens it", "Endorsed first by", "Headings asked for"],
    count: (n, hidden) => count(n, "initiative", "initiatives") + hiddenBy(hidden), none: "No initiatives are registered.", emptyPhase: "Nothing in this phase.", noGate: "No gate passed", gateAge: (days) => `${count(days, "day", "days")} since the gate`, days: (days) => count(days, "day", "days"), unnamed: (n) => `Phase ${n}`,
    columns: ["Initiative", "Diary number", "Phase", "Status", "Since the gate", "Level", "Missing", "Contract", "Verdict"],
    driver: (name) => `Contract: ${name}`, projects: (n, hidden) => count(n, "project", "projects") + hiddenBy(hidden), projectColumns: ["Project", "Status", "Level", "Health", "Initiative", "Contract", "Verdict"], noProjects: "No projects.",
  },
  propose: { heading: "Propose an idea", about: "Anybody can propose. A process owner nominates.", title: "Title", need: "What need is there?", button: "Propose", receipt: "Idea proposed" },
  initiative: {
    owner: "Process owner", nominatedBy: "Proposed by", portfolio: "Portfolio", patientFacing: "Meets patients", systems: "Systems", reason: "Reason", process: "Way through the process", now: "Here now", gate: (n) => `Decision ${n}`, onlyDecision: "The phase is changed only by a decision.", enter: (what) => `Enter the decision: ${what}`, entered: "The decision is entered",
    cases: "Decision cases", caseColumns: ["Case", "Diary number", "Status", "Missing"], noCases: "No cases.", benefit: "Benefit case", noBenefit: "There is no benefit case.", readiness: "Readiness", noReadiness: "No checkpoint is open.", toLine: "Show the critical line", newCase: "New decision case", caseTitle: "Title", caseKind: "What the case is about", gateNumber: "Decision number", begin: "Create draft", caseReceipt: "Decision case created",
  },
  line: {
    heading: "Critical line", about: "The verdict is computed from what is measured or signed. Evidence that is missing or too old counts as not met.", none: "No initiative has checkpoints yet.", initiative: "Initiative", programme: "The whole introduction", worst: (unit) => `as the unit that has the longest way to go: ${unit}`,
    earliest: (date) => `Earliest ${date}`, noEarliest: "Earliest date cannot be computed yet", show: "Show units with", all: "All", count: (n, hidden) => count(n, "unit", "units") + hiddenBy(hidden), matrix: (title) => `Units and checkpoints, ${title}`, unit: "Unit", whole: "The unit",
    offset: (days) => (days === undefined ? "" : days === 0 ? "go-live" : days < 0 ? `T−${-days}` : `T+${days}`), locked: (date) => `locked ${date}`, unlocked: "not locked", notOpened: "Not opened", unmet: (n) => `${n} not met`, stale: (n) => `${n} too old`, frozen: "frozen",
    overrides: "Departures from the verdict", overridesAbout: "Go-live decisions that went against the computed verdict, and those who were notified.", overrideColumns: ["Date", "Decided by", "Decision", "Computed", "Criteria", "Motivation", "Notified"], noOverrides: "No departures.",
    planned: "Planned dates", plannedAbout: "Planned dates are no part of any verdict.", plannedColumns: ["Unit", "Wave", "Planned"],
  },
  define: {
    heading: "Checkpoint definitions", about: "The criteria of the critical line. They are settled in advance and locked; from then on they stand.", add: "New checkpoint definition", change: "Change", lock: "Lock", open: "Open a checkpoint", openWave: (wave: string) => `The units of ${wave}`, replace: "Make a new one that replaces it", columns: ["Definition", "When", "Criteria", "Status"], none: "No checkpoint definitions.", count: (n: number, hard: number) => `${n}, of which ${hard} hard`,
    criteria: "Criteria", criterionColumns: ["Criterion", "Hard or soft", "Target", "Evidence", "Highest age", "May be overridden"], noCriteria: "No criteria yet.", days: (n: number) => `${n} days`, replaces: "Replaces", decision: "The decision of the change", isLocked: (date: string) => `Locked ${date}. The criteria stand.`, isDraft: "Draft. Checkpoints can be opened only when it is locked.",
  },
  checkpoint: {
    computed: "Results and verdict are written by the system. Nobody can change them by hand.", freeze: "Freeze the checkpoint", freezeAbout: "What is known now is kept unchangeable, with a checksum. It cannot be undone.", freezeReceipt: "The checkpoint is frozen", frozen: "Frozen",
    initiative: "Initiative", release: "Release", wave: "Wave", asOf: "Assessed as of", evaluated: "Last assessed", value: "Measured", target: "Target", measuredOn: "Measured on", validUntil: "Valid until", kind: "Evidence", note: "Note", earliest: "Earliest met",
    notCountable: "Cannot be counted", outOf: (n, of) => `${n} of ${of}`, waived: "Waived", waiverOf: "Waiver", waiverText: (owner, how, until) => `${owner}: ${how} (until ${until})`, waive: "Waive", waiveOf: (code) => `Waive ${code}`, waiveReceipt: (code) => `Waived ${code}`, waiveChange: "Change waiver", withdraw: "Withdraw waiver", withdrawOf: (code) => `Withdraw the waiver of ${code}`, withdrawAbout: "The criterion counts as not met again, and the verdict follows from that. Who gave the waiver and who withdrew it stays in the history.", withdrawReceipt: (code) => `The waiver of ${code} is withdrawn`, evidence: "Evidence", verify: "Check the checksum", holds: "The checksum holds.", broken: "The checksum does not hold. The evidence has been changed.", personColumns: ["Person", "Role", "Passed", "At first attempt", "Attempts"], passed: "Yes", notPassed: "No", onlySelf: "You see only yourself. Individuals are shown to whoever answers for the checkpoint.", evidenceOf: (code) => `Evidence of ${code}`, noEvidence: "No evidence is registered. That is why the criterion counts as not met.",
    measures: {
      "open-findings": "Open critical findings, and high ones without an accepted workaround", "document-types-exercised": "The unit's own order and document types exercised end to end", "training-passed": "Rostered staff who have passed a practical test in the training system", "logins-right-role": "Rostered staff who have logged in with the right role", "response-p95": "Response time that 95 % of the calls meet",
      "migration-reconciled": "Migrated data that agree when checked", "interface-round-trips": "Messages that come all the way and back", "undeliverable-orders": "Orders and referrals without receiver", "untranslated-strings": "Texts not translated", "downtime-drill": "Drill in working without the system", "safety-case": "Signed safety case", "work-environment": "Risk assessment with the safety representative", "super-users": "Other staff to each super-user", pulse: "Pulse by phase", "questions-answered": "Time to answer of questions", "live-incidents": "Incidents after go-live", "live-orders-unseen": "Orders that nobody has seen", "live-response-p95": "Response time after go-live", "live-task-time": "Time of a common task", "live-login-failures": "Failed logins",
    },
    roles: { nurse: "Nurse", physician: "Physician", allied: "Other licensed", assistant: "Assistant nurse", secretary: "Medical secretary", "–": "No role told" },
    ahead: {
      heading: "How it will look on another day", about: "Evidence grows old by itself. Choose a day to see what the verdict will be then, if nothing else happens.", day: "How it will look on",
      notSaved: (date: string) => `A look forward to ${date}. Nothing is saved, and the verdict above does not change.`, same: "The same verdict as today.", other: "Another verdict than today.",
      unfit: (from: string, to: string) => `Choose a day from ${from} to ${to}.`, columns: ["Criterion", "Today", "That day", "Holds until"],
    },
    partsOf: "By role or part", partColumns: ["Part", "Done", "Share", "At first attempt", "State"],
  },
  caseOf: {
    initiative: "Initiative", gateNumber: "Decision number", handler: "Handled by", secrecy: "Secrecy", noDiary: "No diary number", package: "Fetch for disclosure", lint: "Missing", complete: "All headings are there.", step: "Diary number and status", write: "Write", wrote: (name) => `${name} saved`,
    benefitHow: "A benefit case is drawn up under Benefits. If there is none, say why here.", exemption: "Why there is no benefit case", exempt: (why) => `No benefit case. Motivation: ${why}`,
    endorsement: "Standpoints", endorsementAbout: "A body can stand behind a proposal. That is no decision.", endorsementColumns: ["Body", "Date", "Standpoint", "Statement"], noEndorsement: "No body has taken a standpoint.", endorse: "Add a standpoint", endorsed: "Standpoint added", body: "Body", date: "Date", outcome: "Outcome", statement: "Statement",
    decision: "Decision", decisionAbout: "The decision is taken by whoever has a mandate, in their own name, or by a board. A signed decision never changes; it can only be superseded by a new one.", noDecision: "No decision is taken.", decide: "Take the decision", sign: "Sign the decision", signAbout: "The decision is final when it is signed.", decided: "Decision signed",
    noMandate: "The assignment you work in has no mandate in force. Decisions can only be taken by whoever has a mandate.", kind: "Kind of decision", mandate: "Mandate", decidedOn: "Date of decision", paragraph: "Paragraph", protocol: "Minutes", motivation: "Motivation", wording: "Wording of the decision", dissent: "Dissent", dissentWho: "Dissent of", dissentText: "The dissent", dissentHint: "Whoever disagrees has a right to have it recorded.", nobody: "Nobody", reviewOn: "To be reviewed", supersedes: "There is an earlier decision. The new one supersedes it.", replaced: "Superseded", final: "Final",
    decider: "Decided by", preparedBy: "Prepared by", preparer: "Prepared by", dispatch: "Dispatched to", computed: "Computed verdict", bundle: "Checksum of the evidence", toDispatch: "Dispatch", to: "To", sentOn: "Sent on", dispatched: "Decision dispatched", status: "Status", diary: "Diary number", diaryHint: "For example RS 2025-02255.", stepped: "Case updated", noMeeting: "There is no meeting to refer to.", noPreparer: "The case has no handler. The decision must have been prepared by somebody else than the one who decides.",
  },
  goLive: {
    heading: "Go-live decision", about: "The decision rests on frozen checkpoints. Planned dates are no part of it.", noFrozen: "No checkpoint is frozen. First freeze those that the decision is to rest on.", computed: "Computed verdict:", stopped: (codes) => `Cannot be Go: ${codes} may not be overridden.`,
    against: (codes) => `Go is against the verdict. The departure is about ${codes} and shows on the critical line.`, why: "Motivation for the departure", notified: "Body notified",
  },
  decisions: {
    heading: "Decisions", about: "Decisions are taken by a person with a mandate or by a board. Groups of officials stand behind, but do not decide.", show: "Show", lists: { beslut: "Decisions", arenden: "Cases", anmalning: "Decisions to report" }, kind: "Kind of decision", all: "All", count: (n, hidden) => count(n, "decision", "decisions") + hiddenBy(hidden),
    columns: ["Case", "Diary number", "Kind", "Outcome", "Decided by", "Date", "Dissent"], none: "No decisions.", dissent: (n) => count(n, "dissent", "dissents"), caseColumns: ["Case", "Diary number", "Status", "Record status", "Missing"], noCases: "No cases.",
    toTell: "To report", told: "Reported", toldColumns: ["Case", "Diary number", "Decided by", "Date", "Dispatched", "Reported"], noneToTell: "All decisions are reported.", noneTold: "Nothing is reported.", notTold: "Not reported", tell: "Report",
  },
  risk: {
    heading: "Risks", about: "Likelihood times consequence. A very severe consequence is to be built away even if it is improbable.", add: "New risk", none: "No risks are registered.", noneHere: "No risks here.", all: "All risks", cellOf: (l, c) => `Likelihood ${l}, consequence ${c}`, showAll: "Show all", map: "Risk map", count: (n, hidden) => `${count(n, "risk", "risks")}${hidden === 0 ? "" : `, ${hidden} not shown`}`,
    columns: ["Risk", "At first", "After treatment", "Status", "Owner", "Treatment", "Attempts to build away", "Next review", "Change"], because: (why) => `Because: ${why}`, leadsTo: (what) => `Leads to: ${what}`, noResidual: "Not assessed", mustEliminate: "To be built away", overdue: "Overdue", change: "Change", likelihood: "Likelihood", consequence: "Consequence", spot: (l, c, n) => `Likelihood ${l}, consequence ${c}: ${count(n, "risk", "risks")}`,
    legend: (n) => `The number is that of risks after treatment. Press a square to see them.${n === 0 ? "" : n === 1 ? " The arrow goes from what the risk was to what it became." : " The arrows go from what the risks were to what they became."}`,
    title: "Title", event: "What can happen?", cause: "Because", effect: "That leads to", steps: ["1 small", "2 moderate", "3 large", "4 very large"], leftLikelihood: "Likelihood after treatment", leftConsequence: "Consequence after treatment", treatment: "Treatment", treatmentHint: "Required when likelihood times consequence is 8 or more.", elimination: "Attempts to build away", eliminationHint: "One attempt a line. Required to accept consequence 4.", status: "Status", nextReview: "Next review", receipt: "Risk saved",
  },
  scenario: {
    add: "New scenario", addKind: (kind: string) => `Add ${kind}`, change: "Change", heading: "Scenarios", about: "The same questions to each alternative, side by side.", none: "No scenarios are registered.", question: "Question", narrative: "What happens", recommendation: "Conclusion", cost: "Cost", assumptions: "Assumptions", risks: "Risks", actionPlan: "Action plan", communicationPlan: "Communication plan", informants: "Informants", notSaid: "Not said",
    between: (low, expected, high) => `${expected} (${low} to ${high})`, expired: (date) => `Held until ${date}`, holds: (date) => `Holds until ${date}`, informant: (who, n, by) => `${who === "" ? "Informants" : who}: ${n}${by === "" ? "" : `, referred by ${by}`}`, years: (n) => `over ${n} years`,
  },
  benefit: {
    add: "New benefit case", change: "Change", enter: "Enter the outcome", make: "Make a benefit case", attach: "Attach one that exists", heading: "Benefits", about: "What costs, what it gives and to whom. Freed time is redistribution, not a saving in the budget.", columns: ["Benefit case", "Status", "Cost", "Benefit", "Classes"], none: "No benefit cases.", unnamed: "Benefit case", costs: "Costs", benefits: "Benefits", flowColumns: ["Item", "Class", "Low", "Expected", "High", "Time", "For", "Budget holder"], noCosts: "No costs said.", noBenefits: "No benefits said.", years: (n) => count(n, "year", "years"), atOnce: "At once",
    npv: (rate) => `Present value at ${rate}`, irr: "Internal rate", payback: "Paid back after", paybackYears: (n) => `${n} years`, never: "Never", notComputable: "Not computable", undiscounted: "Without interest", breakEven: "The benefit must be at least", late: "If the benefit comes a year later", tenth: "If the benefit is 10 % less", lowHigh: "Present value, worst and best", budgets: "Present value to the budget", severalIrr: "Several are possible", notCounted: "Not counted", followed: "Present value with what has been so far",
    byClass: "Benefit by class", byClassAbout: "Only financial benefit shows in a budget. What is not valued is not counted.", classColumns: ["Class", "Present value", "Number"], tornado: "What the present value is most sensitive to", tornadoSays: "The present value when one item at a time is at its lowest and highest. The same numbers are in the table after the picture.", tornadoLegend: "Each bar goes from the present value when the item is at its lowest to when it is at its highest. The dashed line is the expected present value.", tornadoColumns: ["Item", "At its lowest", "At its highest", "Difference"],
    followUp: "Actual against plan", yearColumns: ["Year", "Plan", "Actual", "Difference"], noActual: "Not followed up",
  },
  cliff: {
    heading: "Contract cliff", about: "When contracts end, and when a procurement must begin at the latest to be in time.", add: "New system", none: "No systems are registered.", late: (n) => (n === 1 ? "1 procurement should have begun" : `${n} procurements should have begun`), noneLate: "No procurement is late.", quarters: "By quarter", quarterColumns: ["Quarter", "Contracts", "Cost a year", "Late"], systems: "Systems", columns: ["System", "Contract ends", "Latest start", "State", "Criticality", "Cost a year", "Owner", "Replaced by", "Extension"],
    urgency: { late: "Should have begun", ended: "The contract has ended", soon: "Begin within half a year", ok: "In time", unknown: "Unknown" }, noEnd: "No end date", obsolete: "Technically obsolete", picture: "Contracts by quarter", pictureSays: (what) => `Number of contracts that end by quarter. ${what}. The same is in the table after the picture.`, legend: "One square a contract. Squares with an exclamation mark are contracts whose procurement should have begun.",
    name: "System", owner: "Owner", end: "Contract ends", lead: "Months that a procurement takes", criticalityLabel: "Criticality", cost: "Cost a year, kronor", obsoleteWhy: "Why it is technically obsolete", receipt: "System added", needsAssignment: "A system must have an owner. Log in and choose an assignment.",
  },
  report: {
    heading: "Tell of your experience", about: (screen) => `The name of the screen goes along: ${screen}. Nothing of what stands on the screen is sent.`, send: "Send", thanks: "Thank you", sent: "What you wrote is received. The reply will be under Experiences.", sentQuietly: "What you wrote is received without your name. There is no receipt, as a receipt would be a trace.",
    anonymous: "Send anonymously", isAnonymous: (unit) => `Your name, your login, your computer and the time are not kept, nor in any log; only the month. ${unit === "" ? "" : `The unit (${unit}) and your role are kept only if at least five share them. `}What you write shows after a while, together with what others write. Nobody can reply to just you. Write nothing that tells who you are.`, isNamed: "If not ticked your name is kept, so that you can have a reply.",
    noPatient: "Write nothing about any patient. What belongs to care is written in the record, and deviations are reported as deviations.", empty: "Write something in at least one of the fields.", receipt: "Experience sent",
  },
  experience: {
    heading: "Experiences", about: "What employees have told, and what it led to.", report: "Report", question: "Question", short: { alla: "All", works: "Works well", chafes: "Chafes", "bring-along": "Bring along" }, themes: "Themes", suppressed: (n) => `Fewer than ${n} from a unit are not counted out. Only themes set by a human count.`, themeColumns: ["Theme", "Question", "Number", "Units", "Machine suggestions", "Quotes"], noThemes: "No themes yet.", few: (n) => `fewer than ${n}`, machine: (n) => `${n} machine suggestions`, quoted: (text) => `“${text}”`, suggested: (theme) => `Machine suggestion: ${theme}`,
    noAnswerTime: "Nothing has been answered yet", answerTime: (days) => `Replies usually come after ${count(days, "day", "days")}`, waiting: (n) => `Waiting for a reply: ${n}`, kappa: (k, n) => `Human and machine agree with kappa ${k} (${n} coded by both)`, told: "Told", columns: ["Text", "Question", "Unit and screen", "From", "Themes", "Reply", "Do"], none: "Nobody has told of anything yet.", anonymous: "Anonymous", code: "Set theme", reply: "Reply", theme: "Theme", disposition: "What is to be done?", coded: "Theme set", replyPublic: "The reply can be read by all.", replied: "Reply published", needsAssignment: "Whoever sets a theme must work in an assignment. Log in and choose one.",
  },
  question: {
    heading: "Questions and answers", about: "A question stands until it is answered.", ask: "Ask a question", question: "Question", noPatient: "Write nothing about any patient.", show: "Show", none: "No questions.", lists: { alla: (n) => `All (${n})`, obesvarade: (n) => `Unanswered (${n})`, forsenade: (n) => `Overdue (${n})`, besvarade: (n) => `Answered (${n})` },
    askedBy: (n) => `asked by ${n}`, age: (days) => (days === 0 ? "asked today" : `${count(days, "day", "days")} old`), noOwner: "no owner", owner: (name) => `owner: ${name}`, due: (date) => `reply by ${date}`, late: "Overdue", also: "I wonder too", alsoReceipt: "You are among those who wonder", alsoFailed: "It could not be saved. Try again.", answer: "Answer", changeAnswer: "Change the answer", publish: "Publish the answer", until: "The answer holds until", askedReceipt: "Question asked", answeredReceipt: "Answer published", needsAssignment: "Whoever answers must work in an assignment. Log in and choose one.",
  },
  change: {
    heading: "Change", about: "The five phases of change management, from why to follow-up.", edit: "Change", addGoal: "New effect goal", addPulse: "Enter the pulse", pulse: "Pulse per phase", pulseAbout: "Share who answered yes, the newest measurement of each unit. The lowest phase counts at the checkpoint.", pulseColumns: ["Unit", "Until", "Discover", "Explore", "Experience", "Execute", "Use"], noPulse: "No pulse has been measured.", effect: (date: string) => `Effect checked ${date}`, add: "New activity", show: "Show", wanted: { alla: "All activities", paus: "Can go on during a pause" }, unit: "Unit", allUnits: "All units", count: (n, hidden) => count(n, "activity", "activities") + hiddenBy(hidden), emptyPhase: "Nothing in this phase.", duringPause: "Can go on during a pause", measure: (what, value, target) => [`${what}${value + target === "" ? "" : ":"}`, value, value === "" || target === "" ? "" : "of", target === "" ? "" : `the target ${target}`].filter((x) => x !== "").join(" "), checkpoint: (name) => `Checkpoint: ${name}`,
    goals: "Effect goals", goalColumns: ["Effect goal", "Area", "Measure", "Baseline", "Target", "Last measured", "Owner", "Do"], noGoals: "No effect goals are set.", notMeasured: "Not measured",
  },
  reports: {
    heading: "Reports", about: "Facts are taken from the system. The rest is written by whoever compiles it.", written: "Reports written", writtenColumns: ["Report", "Time", "Status", "Compiled", "By"], noneWritten: "No reports are begun.", kinds: "Reports to write", columns: ["Report", "How often", "Recipients", "Compiled by", "Do"], none: "No reports are defined.",
    begin: "Begin to write", beginOf: (title) => `Begin: ${title}`, from: "From", to: "To", begun: "Report begun", compiled: (when) => `Compiled: ${when}`, notCompiled: "Not final", compiler: "Compiled by", commissioner: "Commissioned by", spokesperson: "Spokesperson", recipients: "Recipients", sum: "Checksum", page: "Show as a page",
    notFinal: "The report cannot be made final:", required: "The section must be filled in before the report is final.", untitled: "Untitled", titleOf: (number) => `Title of ${number}`, found: (n) => `${n} found in the system`, saveDraft: "Save draft", saved: "Draft of report saved", refresh: "Fetch facts", refreshed: "Facts fetched", makeFinal: "Make the report final", madeFinal: "The report is final",
  },
  meetings: { heading: "Meetings", about: "Agendas with a clock, notes and wish list.", add: "New meeting", coming: "Coming", held: "Held", wishes: "Wish list", columns: ["Meeting", "When", "Body", "Status"], wishColumns: ["Wish", "For", "By", "Status", "Meeting"], noComing: "No planned meetings.", noHeld: "No meetings held.", noWishes: "No wishes.", title: "Title", date: "Day", from: "Begins", to: "Ends", receipt: "Meeting created" },
  meeting: {
    body: "Body", chair: "Chair", secretary: "Secretary", apologies: "Apologies", adjusted: "Minutes adjusted", agenda: "Agenda", columns: ["Time", "Item", "Note", "Responsible", "Do"], noAgenda: "No agenda.", shifted: (n) => `The meeting is ${n} minutes behind. The times have been shifted.`, onTime: "The meeting keeps its time.", was: (clock) => `planned ${clock}`, added: "Added", now: "Now", done: "Done", begin: "Begin", end: "Done", note: "Note", noteLabel: "Note", begun: "The item has begun", ended: "The item is done", noted: "Note saved", failed: "It could not be saved. Somebody else may have changed the meeting.",
    addItem: "Add item", item: "Item", time: "Time", length: "Minutes", itemAdded: "Item added", wishes: "Wish list", wishColumns: ["Wish", "For", "By", "Status"], noWishes: "No wishes.", addWish: "Add wish", wish: "Wish", target: "For which date", wished: "Wish added",
  },
  bodies: {
    addBody: "New body", addMandate: "New mandate", change: "Change", end: "End", heading: "Members and mandates", about: "A body of officials stands behind. Decides does whoever has a mandate, or a political body.", bodies: "Bodies", level: "Level", all: "All", none: "No bodies.", decides: "Decides", endorses: "Stands behind", kind: "Kind", appointer: "Appointed by", partOf: "Part of", charter: "Charter", seatsOf: (name) => `Seats of ${name}`, seatColumns: ["Role", "Administration", "Holder"], noSeats: "No seats.", chair: "Chair", vacant: "Vacant",
    mandates: "Mandates", mandateColumns: ["Holder", "Kinds of decision", "Scope", "Highest amount", "Time", "Source", "State", "Do"], noMandates: "No mandates.", everything: "Everything", noLimit: "No limit", valid: "In force", ended: "Not in force",
  },
};
