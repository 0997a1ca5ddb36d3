/* SPDX-License-Identifier: Apache-2.0
 * The one table of what can be asked. Requests are routed by it and the CapabilityStatement is made from it,
 * so the two cannot disagree. */
#include "api/api_int.h"
#include "api/audit_event.h"

#define TYPES NULL, NULL, NULL, false
#define CRITERIA NULL, NULL, NULL, true
/* An operation of one type, and of every type or the system. */
#define OF_TYPE(type, name) NULL, name, type, "http://hl7.org/fhir/OperationDefinition/" type "-" name, false
#define OF_ALL(name) NULL, name, NULL, "http://hl7.org/fhir/OperationDefinition/Resource-" name, false
#define VIEW_RUN(name)                                                                                       \
    NULL, name, "ViewDefinition", "http://sql-on-fhir.org/OperationDefinition/$viewdefinition-run", false,   \
        "Tabell av resurser: CSV, NDJSON, JSON eller Parquet",                                               \
        "A table of resources: CSV, NDJSON, JSON or Parquet"

#define VIEW_EXPORT(name)                                                                                    \
    NULL, name, "ViewDefinition", "http://sql-on-fhir.org/OperationDefinition/$viewdefinition-export",       \
        false, "Tabeller av resurser som filer, i bakgrunden",                                               \
        "Tables of resources as files, in the background"
#define OF_BULK(type, name, code)                                                                            \
    NULL, name, type, "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/" code, false

/* Our own operations have no page at HL7. */
#define OF_OURS(type, name, code) NULL, name, type, "https://helhet.dev/fhir/OperationDefinition/" code, false
/* Those of the steering: told of on /styr alone. */
#define OF_STYR(type, name, code) NULL, name, type, ROUTE_STYR code, false

const struct route route_table[] = {
    {"GET /fhir/metadata", capability_run, LEVEL_NONE, NULL, TYPES, "Vad tjänsten kan",
     "What the service can do"},
    {"GET /fhir/[type]/[id]", read_run, LEVEL_INSTANCE, "read", TYPES, "Läs aktuell version",
     "Read the current version"},
    {"GET /fhir/[type]/[id]/_history/[vid]", vread_run, LEVEL_INSTANCE, "vread", TYPES,
     "Läs en namngiven version", "Read a named version"},
    {"PUT /fhir/[type]/[id]", update_run, LEVEL_INSTANCE, "update", TYPES, "Ändra, eller skapa med detta id",
     "Update, or create under this id"},
    {"PUT /fhir/[type]", update_conditional_run, LEVEL_TYPE, NULL, CRITERIA,
     "Ändra den som sökvillkoret träffar", "Update the one that the criteria match"},
    {"PATCH /fhir/[type]/[id]", patch_run, LEVEL_INSTANCE, "patch", TYPES,
     "Ändra delar av en resurs (JSON Patch, XML Patch eller FHIRPath Patch)",
     "Change parts of a resource (JSON Patch, XML Patch or FHIRPath Patch)"},
    {"PATCH /fhir/[type]", patch_conditional_run, LEVEL_TYPE, NULL, CRITERIA,
     "Ändra delar av den som sökvillkoret träffar", "Change parts of the one that the criteria match"},
    {"DELETE /fhir/[type]/[id]", delete_run, LEVEL_INSTANCE, "delete", TYPES, "Ta bort", "Delete"},
    {"DELETE /fhir/[type]", delete_conditional_run, LEVEL_TYPE, NULL, CRITERIA,
     "Ta bort den som sökvillkoret träffar", "Delete the one that the criteria match"},
    {"GET /fhir/[type]/[id]/_history", history_instance_run, LEVEL_INSTANCE, "history-instance", TYPES,
     "Alla versioner, nyast först", "All versions, newest first"},
    {"GET /fhir/[type]/_history", history_type_run, LEVEL_TYPE, "history-type", TYPES,
     "Alla ändringar av en resurstyp", "All changes of a type"},
    {"POST /fhir/[type]", create_run, LEVEL_TYPE, "create", TYPES, "Skapa", "Create"},
    {"GET /fhir/[type]", search_call, LEVEL_TYPE, "search-type", TYPES, "Sök", "Search"},
    {"POST /fhir/[type]/_search", search_call_form, LEVEL_TYPE, NULL, TYPES, "Sök med formulär",
     "Search by form"},
    {"GET /fhir/Patient/[id]/$everything", op_everything_run, LEVEL_INSTANCE,
     OF_TYPE("Patient", "everything"), "Hela journalen med det den hänvisar till",
     "The whole record with what it refers to"},
    {"POST /fhir/[type]/$validate", op_validate_run, LEVEL_TYPE, OF_ALL("validate"), "Kontrollera en resurs",
     "Validate a resource"},
    {"POST /fhir/[type]/[id]/$validate", op_validate_run, LEVEL_INSTANCE, OF_ALL("validate"),
     "Kontrollera en ändring", "Validate an update"},
    {"GET /fhir/[type]/[id]/$validate", op_validate_run, LEVEL_INSTANCE, OF_ALL("validate"),
     "Kontrollera det som finns", "Validate what is there"},
    {"GET /fhir/Observation/$lastn", op_lastn_run, LEVEL_TYPE, OF_TYPE("Observation", "lastn"),
     "De senaste mätningarna av varje kod", "The newest Observations of each code"},
    {"GET /fhir/Observation/$stats", op_stats_run, LEVEL_TYPE, OF_TYPE("Observation", "stats"),
     "Statistik över mätvärden", "Statistics over measured values"},
    {"POST /fhir/Observation/$stats", op_stats_run, LEVEL_TYPE, OF_TYPE("Observation", "stats"),
     "Statistik över mätvärden", "Statistics over measured values"},
    {"GET /fhir/$graphql", op_graphql_run, LEVEL_SYSTEM, OF_ALL("graphql"), "GraphQL över allt",
     "GraphQL over everything"},
    {"POST /fhir/$graphql", op_graphql_run, LEVEL_SYSTEM, OF_ALL("graphql"), "GraphQL över allt",
     "GraphQL over everything"},
    {"GET /fhir/[type]/[id]/$graphql", op_graphql_run, LEVEL_INSTANCE, OF_ALL("graphql"),
     "GraphQL över en resurs", "GraphQL over a resource"},
    {"POST /fhir/[type]/[id]/$graphql", op_graphql_run, LEVEL_INSTANCE, OF_ALL("graphql"),
     "GraphQL över en resurs", "GraphQL over a resource"},
    {"GET /fhir/ViewDefinition/[id]/$viewdefinition-run", op_view_run, LEVEL_INSTANCE,
     VIEW_RUN("viewdefinition-run")},
    {"POST /fhir/ViewDefinition/[id]/$viewdefinition-run", op_view_run, LEVEL_INSTANCE,
     VIEW_RUN("viewdefinition-run")},
    {"GET /fhir/ViewDefinition/$viewdefinition-run", op_view_run, LEVEL_TYPE, VIEW_RUN("viewdefinition-run")},
    {"POST /fhir/ViewDefinition/$viewdefinition-run", op_view_run, LEVEL_TYPE,
     VIEW_RUN("viewdefinition-run")},
    {"POST /fhir/$viewdefinition-run", op_view_run, LEVEL_SYSTEM, VIEW_RUN("viewdefinition-run")},
    {"GET /fhir/ViewDefinition/[id]/$run", op_view_run, LEVEL_INSTANCE, VIEW_RUN("run")},
    {"POST /fhir/ViewDefinition/[id]/$run", op_view_run, LEVEL_INSTANCE, VIEW_RUN("run")},
    {"GET /fhir/ViewDefinition/$run", op_view_run, LEVEL_TYPE, VIEW_RUN("run")},
    {"POST /fhir/ViewDefinition/$run", op_view_run, LEVEL_TYPE, VIEW_RUN("run")},
    {"GET /fhir/$diff", op_diff_run, LEVEL_SYSTEM, NULL, "diff", NULL, "urn:helhet:operation:diff", false,
     "Skillnaden mellan två resurser", "The difference between two resources"},
    {"GET /fhir/[type]/[id]/$diff", op_diff_run, LEVEL_INSTANCE, NULL, "diff", NULL,
     "urn:helhet:operation:diff", false, "Skillnaden mellan två versioner",
     "The difference between two versions"},
    {"GET /fhir/$meta", op_meta_run, LEVEL_SYSTEM, OF_ALL("meta"), "Alla etiketter som används",
     "All labels in use"},
    {"GET /fhir/[type]/$meta", op_meta_run, LEVEL_TYPE, OF_ALL("meta"), "Resurstypens etiketter",
     "The labels of a type"},
    {"GET /fhir/[type]/[id]/$meta", op_meta_run, LEVEL_INSTANCE, OF_ALL("meta"), "En resurs etiketter",
     "The labels of a resource"},
    {"POST /fhir/[type]/[id]/$meta-add", op_meta_add_run, LEVEL_INSTANCE, OF_ALL("meta-add"),
     "Lägg till etiketter", "Add labels"},
    {"POST /fhir/[type]/[id]/$meta-delete", op_meta_delete_run, LEVEL_INSTANCE, OF_ALL("meta-delete"),
     "Ta bort etiketter", "Take labels away"},
    {"POST /fhir/Patient/[id]/$everything", op_everything_run, LEVEL_INSTANCE,
     OF_TYPE("Patient", "everything"), "Hela journalen med det den hänvisar till",
     "The whole record with what it refers to"},
    {"GET /fhir/[compartment]/[id]/[type]", search_call, LEVEL_COMPARTMENT, NULL, TYPES,
     "Sök i ett kompartment", "Search a compartment"},
    {"GET /fhir/[compartment]/[id]/*", search_call, LEVEL_COMPARTMENT, NULL, TYPES,
     "Sök alla typer i ett kompartment", "Search all types of a compartment"},
    {"POST /fhir/[compartment]/[id]/[type]/_search", search_call_form, LEVEL_COMPARTMENT, NULL, TYPES,
     "Sök i ett kompartment med formulär", "Search a compartment by form"},
    {"POST /fhir/[compartment]/[id]/*/_search", search_call_form, LEVEL_COMPARTMENT, NULL, TYPES,
     "Sök alla typer i ett kompartment med formulär", "Search all types of a compartment by form"},
    {"GET /fhir/_history", history_system_run, LEVEL_SYSTEM, "history-system", TYPES, "Alla ändringar",
     "All changes"},
    {"POST /fhir/_search", search_call_form, LEVEL_SYSTEM, NULL, TYPES, "Sök i alla typer med formulär",
     "Search all types by form"},
    {"GET /fhir", search_call, LEVEL_SYSTEM, "search-system", TYPES, "Sök i alla typer", "Search all types"},
    {"POST /fhir", bundle_run, LEVEL_SYSTEM, "transaction", TYPES, "Batch eller transaktion",
     "Batch or transaction"},
    {"GET /fhir/$export", op_export_run, LEVEL_SYSTEM, OF_BULK(NULL, "export", "export"),
     "Exportera allt i bakgrunden", "Export everything in the background"},
    {"POST /fhir/$export", op_export_run, LEVEL_SYSTEM, OF_BULK(NULL, "export", "export"),
     "Exportera allt i bakgrunden", "Export everything in the background"},
    {"GET /fhir/Patient/$export", op_export_run, LEVEL_TYPE, OF_BULK("Patient", "export", "patient-export"),
     "Exportera alla patienters journaler i bakgrunden", "Export all patients' records in the background"},
    {"POST /fhir/Patient/$export", op_export_run, LEVEL_TYPE, OF_BULK("Patient", "export", "patient-export"),
     "Exportera alla patienters journaler i bakgrunden", "Export all patients' records in the background"},
    {"GET /fhir/Group/[id]/$export", op_export_run, LEVEL_INSTANCE,
     OF_BULK("Group", "export", "group-export"), "Exportera gruppens journaler i bakgrunden",
     "Export the group's records in the background"},
    {"POST /fhir/Group/[id]/$export", op_export_run, LEVEL_INSTANCE,
     OF_BULK("Group", "export", "group-export"), "Exportera gruppens journaler i bakgrunden",
     "Export the group's records in the background"},
    {"POST /fhir/$import", op_import_run, LEVEL_SYSTEM, NULL, "import", NULL,
     "https://helhet.dev/fhir/OperationDefinition/import", false, "Importera filer i bakgrunden",
     "Import files in the background"},
    {"GET /fhir/ViewDefinition/[id]/$viewdefinition-export", op_view_export_run, LEVEL_INSTANCE,
     VIEW_EXPORT("viewdefinition-export")},
    {"POST /fhir/ViewDefinition/[id]/$viewdefinition-export", op_view_export_run, LEVEL_INSTANCE,
     VIEW_EXPORT("viewdefinition-export")},
    {"GET /fhir/ViewDefinition/$viewdefinition-export", op_view_export_run, LEVEL_TYPE,
     VIEW_EXPORT("viewdefinition-export")},
    {"POST /fhir/ViewDefinition/$viewdefinition-export", op_view_export_run, LEVEL_TYPE,
     VIEW_EXPORT("viewdefinition-export")},
    {"POST /fhir/$viewdefinition-export", op_view_export_run, LEVEL_SYSTEM,
     VIEW_EXPORT("viewdefinition-export")},
    {"GET /fhir/ViewDefinition/[id]/$export", op_view_export_run, LEVEL_INSTANCE, VIEW_EXPORT("export")},
    {"POST /fhir/ViewDefinition/[id]/$export", op_view_export_run, LEVEL_INSTANCE, VIEW_EXPORT("export")},
    {"GET /fhir/ViewDefinition/$export", op_view_export_run, LEVEL_TYPE, VIEW_EXPORT("export")},
    {"POST /fhir/ViewDefinition/$export", op_view_export_run, LEVEL_TYPE, VIEW_EXPORT("export")},
    {"GET /fhir/SearchParameter/[id]/$reindex-status", op_reindex_status_run, LEVEL_INSTANCE,
     OF_OURS("SearchParameter", "reindex-status", "SearchParameter-reindex-status"),
     "Hur långt indexeringen av sökparametern har kommit",
     "How far the indexing of the search parameter has come"},
    {"POST /fhir/SearchParameter/[id]/$reindex", op_reindex_run, LEVEL_INSTANCE,
     OF_OURS("SearchParameter", "reindex", "SearchParameter-reindex"),
     "Gör om sökparameterns index i bakgrunden", "Make the search parameter's index anew in the background"},
    {"GET /fhir/$reindex-status", op_reindex_status_run, LEVEL_SYSTEM,
     OF_OURS(NULL, "reindex-status", "reindex-status"), "Hur långt all indexering har kommit",
     "How far all indexing has come"},
    {"POST /fhir/$reindex", op_reindex_run, LEVEL_SYSTEM, OF_OURS(NULL, "reindex", "reindex"),
     "Gör om allt index i bakgrunden; sökningar går vidare med det som finns",
     "Make all index rows anew in the background; searches go on with those there are"},
    {"POST /fhir/Patient/$register-unknown", op_unknown_run, LEVEL_TYPE,
     OF_OURS("Patient", "register-unknown", "Patient-register-unknown"),
     "Okänd patient: reservnummer, namn att säga och kontakt, utan andra tjänster",
     "Unknown patient: a reserve number, a name to say and an encounter, without other services"},
    {"POST /fhir/Patient/$merge", op_merge_run, LEVEL_TYPE, OF_TYPE("Patient", "merge"),
     "Sammanför två patientposter för samma person; går att ångra",
     "Merge two patient records of one person; can be undone"},
    {"POST /fhir/Patient/$unmerge", op_unmerge_run, LEVEL_TYPE,
     OF_OURS("Patient", "unmerge", "Patient-unmerge"),
     "Ångra en sammanföring: det som flyttades flyttas tillbaka",
     "Undo a merge: what was moved is moved back"},
    {"POST /fhir/Patient/[id]/$block", op_block_run, LEVEL_INSTANCE,
     OF_OURS("Patient", "block", "Patient-block"), "Spärra en enhets eller vårdgivares uppgifter",
     "Block a unit's or provider's records"},
    {"POST /fhir/Patient/[id]/$unblock", op_unblock_run, LEVEL_INSTANCE,
     OF_OURS("Patient", "unblock", "Patient-unblock"), "Ta tillbaka en spärr", "Take a block back"},
    {"POST /fhir/Patient/[id]/$lift-block", op_lift_block_run, LEVEL_INSTANCE,
     OF_OURS("Patient", "lift-block", "Patient-lift-block"), "Häv en spärr för en enhet en tid",
     "Lift a block for a unit for a time"},
    {"POST /fhir/Patient/[id]/$consent", op_consent_run, LEVEL_INSTANCE,
     OF_OURS("Patient", "consent", "Patient-consent"), "Samtycke till sammanhållen dokumentation",
     "Consent to shared records"},
    {"POST /fhir/Patient/[id]/$active-choice", op_active_choice_run, LEVEL_INSTANCE,
     OF_OURS("Patient", "active-choice", "Patient-active-choice"), "Aktivt val med skäl",
     "An active choice with a reason"},
    {"POST /fhir/Patient/[id]/$emergency", op_emergency_run, LEVEL_INSTANCE,
     OF_OURS("Patient", "emergency", "Patient-emergency"), "Nödöppning i två steg",
     "Emergency opening in two steps"},
    {"POST /fhir/Patient/[id]/$access-explain", op_access_explain_run, LEVEL_INSTANCE,
     OF_OURS("Patient", "access-explain", "Patient-access-explain"), "Varför ser jag inte allt?",
     "Why do I not see everything?"},
    {"GET /fhir/Patient/[id]/$access-explain", op_access_explain_run, LEVEL_INSTANCE,
     OF_OURS("Patient", "access-explain", "Patient-access-explain"), "Varför ser jag inte allt?",
     "Why do I not see everything?"},
    {"GET /fhir/AuditEvent/$flags", op_audit_flags_run, LEVEL_TYPE,
     OF_OURS("AuditEvent", "flags", "AuditEvent-flags"), "Mönster i åtkomstloggen, ett urval för granskning",
     "Patterns in the audit log, a selection for review"},
    {"POST /fhir/AuditEvent/$flags", op_audit_flags_run, LEVEL_TYPE,
     OF_OURS("AuditEvent", "flags", "AuditEvent-flags"), "Mönster i åtkomstloggen, ett urval för granskning",
     "Patterns in the audit log, a selection for review"},
    {"GET /fhir/AuditEvent/$sample", op_audit_sample_run, LEVEL_TYPE,
     OF_OURS("AuditEvent", "sample", "AuditEvent-sample"), "Stickprov ur åtkomstloggen",
     "A random sample of the audit log"},
    {"POST /fhir/AuditEvent/$sample", op_audit_sample_run, LEVEL_TYPE,
     OF_OURS("AuditEvent", "sample", "AuditEvent-sample"), "Stickprov ur åtkomstloggen",
     "A random sample of the audit log"},
    {"POST /fhir/AuditEvent/[id]/$review", op_audit_review_run, LEVEL_INSTANCE,
     OF_OURS("AuditEvent", "review", "AuditEvent-review"), "Dokumentera granskningen av en åtkomst",
     "Document the review of an access"},
    {"GET /fhir/AuditEvent/$mine", op_audit_mine_run, LEVEL_TYPE,
     OF_OURS("AuditEvent", "mine", "AuditEvent-mine"), "Min logg: mina egna åtkomster",
     "My log: my own accesses"},
    {"GET /fhir/Patient/[id]/$access-log", op_access_log_run, LEVEL_INSTANCE,
     OF_OURS("Patient", "access-log", "Patient-access-log"),
     "Vilka vårdenheter som tagit del av journalen, och när",
     "Which care units have looked in the record, and when"},
    {"GET /fhir/Organization/[id]/$access-report", op_access_report_run, LEVEL_INSTANCE,
     OF_OURS("Organization", "access-report", "Organization-access-report"), "Vem kan se vad på enheten",
     "Who can see what at the unit"},
    {"GET /fhir/BenefitCase/[id]/$calculate", op_gov_calculate_run, LEVEL_INSTANCE,
     OF_STYR("BenefitCase", "calculate", "BenefitCase-calculate"),
     "Vad nyttokalkylen ger: nuvärde, internränta, återbetalning, brytpunkt, känslighet, utfall mot plan",
     "What the benefit case comes to: present value, internal rate, payback, break-even, sensitivity, "
     "outcome"},
    {"GET /fhir/SystemAsset/$cliff", op_gov_cliff_run, LEVEL_TYPE,
     OF_STYR("SystemAsset", "cliff", "SystemAsset-cliff"),
     "Avtal per kvartal och senaste start för upphandling",
     "Contracts by quarter and latest start of procurement"},
    {"GET /fhir/ReadinessCheckpoint/$line", op_readiness_line_run, LEVEL_TYPE,
     OF_OURS("ReadinessCheckpoint", "line", "ReadinessCheckpoint-line"),
     "Kritisk linje: enheter, avstämningar, bedömning och tidigaste datum",
     "The critical line: units, checkpoints, verdicts and earliest dates"},
    {"GET /fhir/Initiative/$board", op_readiness_board_run, LEVEL_TYPE,
     OF_OURS("Initiative", "board", "Initiative-board"), "Tavlan: alla initiativ och projekt",
     "The board: all initiatives and projects"},
    {"GET /fhir/ReadinessCheckpoint/[id]/$evidence", op_readiness_evidence_run, LEVEL_INSTANCE,
     OF_OURS("ReadinessCheckpoint", "evidence", "ReadinessCheckpoint-evidence"), "Vad ett resultat vilar på",
     "What a result rests on"},
    {"GET /fhir/ReadinessCheckpoint/[id]/$evaluate", op_readiness_evaluate_run, LEVEL_INSTANCE,
     OF_OURS("ReadinessCheckpoint", "evaluate", "ReadinessCheckpoint-evaluate"),
     "Vad avstämningen är i dag eller (asOf) en dag framåt, om inget mer händer; inget sparas",
     "What the checkpoint is today or (asOf) on a day to come, if nothing else happens; nothing is saved"},
    {"GET /fhir/ReadinessCheckpoint/[id]/$verify", op_readiness_verify_run, LEVEL_INSTANCE,
     OF_OURS("ReadinessCheckpoint", "verify", "ReadinessCheckpoint-verify"),
     "Stämmer det frysta underlagets hash?", "Does the hash of the frozen evidence hold?"},
    {"POST /fhir/ReadinessCheckpoint/[id]/$freeze", op_readiness_freeze_run, LEVEL_INSTANCE,
     OF_OURS("ReadinessCheckpoint", "freeze", "ReadinessCheckpoint-freeze"),
     "Frys avstämningen med sitt underlag", "Freeze the checkpoint with its evidence"},
    {"POST /fhir/CheckpointDefinition/[id]/$open", op_readiness_open_run, LEVEL_INSTANCE,
     OF_OURS("CheckpointDefinition", "open", "CheckpointDefinition-open"), "Öppna en avstämning för en enhet",
     "Open a checkpoint for a unit"},
    {"GET /fhir/DecisionCase/[id]/$lint", op_gov_lint_run, LEVEL_INSTANCE,
     OF_STYR("DecisionCase", "lint", "DecisionCase-lint"), "Vad ärendet saknar", "What the case lacks"},
    {"GET /fhir/DecisionCase/[id]/$package", op_gov_package_run, LEVEL_INSTANCE,
     OF_STYR("DecisionCase", "package", "DecisionCase-package"),
     "Ärendet med beslut som ett dokument, utan arbetsmaterial och med sekretess maskad",
     "The case with its decisions as one document, without working material and with secrecy masked"},
    {"GET /fhir/[type]/[id]/$as-basic", op_as_basic_run, LEVEL_INSTANCE,
     OF_STYR(NULL, "as-basic", "as-basic"), "Styrningens resurs som en Basic, för andra FHIR-system",
     "A resource of the steering as a Basic, for other FHIR systems"},
    {"POST /fhir/Report/$begin", op_report_begin_run, LEVEL_TYPE, OF_OURS("Report", "begin", "Report-begin"),
     "Börja en rapport efter en mall", "Begin a report after a definition"},
    {"POST /fhir/Report/[id]/$refresh", op_report_refresh_run, LEVEL_INSTANCE,
     OF_OURS("Report", "refresh", "Report-refresh"), "Sök rapportens fakta på nytt",
     "Query the report's facts again"},
    {"POST /fhir/Report/[id]/$finalize", op_report_finalize_run, LEVEL_INSTANCE,
     OF_OURS("Report", "finalize", "Report-finalize"),
     "Fastställ rapporten; ett tomt krävt avsnitt hindrar det",
     "Make the report final; an empty required section prevents it"},
    {"GET /fhir/Report/[id]/$lint", op_report_lint_run, LEVEL_INSTANCE,
     OF_OURS("Report", "lint", "Report-lint"), "Vad som saknas i rapporten", "What the report lacks"},
    {"GET /fhir/Report/[id]/$document", op_report_document_run, LEVEL_INSTANCE,
     OF_OURS("Report", "document", "Report-document"), "Rapporten som FHIR-dokument",
     "The report as a FHIR document"},
    {"GET /fhir/Report/[id]/$page", op_report_page_run, LEVEL_INSTANCE,
     OF_OURS("Report", "page", "Report-page"), "Rapporten som HTML-sida", "The report as a page of HTML"},
    {"GET /fhir/Report/[id]/$pdf", op_report_pdf_run, LEVEL_INSTANCE, OF_OURS("Report", "pdf", "Report-pdf"),
     "Rapporten som PDF; en fastställds är fryst", "The report as PDF; a final one's is frozen"},
    {"GET /fhir/DecisionCase/[id]/$pdf", op_gov_paper_case_run, LEVEL_INSTANCE,
     OF_STYR("DecisionCase", "pdf", "DecisionCase-pdf"), "Ärendet ($package) som PDF",
     "The case ($package) as PDF"},
    {"GET /fhir/Decision/[id]/$pdf", op_gov_paper_decision_run, LEVEL_INSTANCE,
     OF_STYR("Decision", "pdf", "Decision-pdf"), "Beslutet som PDF", "The decision as PDF"},
    {"POST /fhir/Experience/$report-anonymous", op_gov_anonymous_run, LEVEL_TYPE,
     OF_STYR("Experience", "report-anonymous", "Experience-report-anonymous"),
     "Lämna en erfarenhet utan avsändare: utan inloggning, utan logg",
     "Report an experience without author: no login, no log"},
    {"GET /fhir/Experience/$themes", op_gov_themes_run, LEVEL_TYPE,
     OF_STYR("Experience", "themes", "Experience-themes"),
     "Teman per fråga och enhet; färre än fem visas inte; människors och maskiners kodning för sig",
     "Themes by question and unit; fewer than five are not shown; people's and machines' coding apart"},
    {"GET /fhir/_job/[id]", op_job_status_run, LEVEL_NONE, NULL, TYPES, "Hur långt ett jobb har kommit",
     "How far a job has come"},
    {"DELETE /fhir/_job/[id]", op_job_cancel_run, LEVEL_NONE, NULL, TYPES, "Avbryt eller ta bort ett jobb",
     "Cancel or remove a job"},
    {"GET /fhir/_job/[id]/[file]", op_job_file_run, LEVEL_FILE, NULL, TYPES, "En fil som ett jobb gav",
     "A file that a job made"},
    {"GET /health", health_run, LEVEL_NONE, NULL, TYPES, "Lever tjänsten", "Is the service alive"},
    {"GET /metrics", metrics_run, LEVEL_NONE, NULL, TYPES, "Mätvärden för Prometheus",
     "Figures for Prometheus"},
};
const size_t route_count = sizeof(route_table) / sizeof(*route_table);

_Static_assert(sizeof(route_table) / sizeof(*route_table) < METRIC_ROUTES_MAX, "a figure for each route");

struct segments {
    struct str item[CALL_SEGMENTS_MAX];
    size_t count;
};

static bool split_path(struct str path, struct segments *s)
{
    struct str part;
    s->count = 0;
    if (path.n && path.p[0] == '/')
        path = str_sub(path, 1, path.n);
    if (path.n && path.p[path.n - 1] == '/')
        path.n--;
    while (path.n && path.p && str_split(&path, '/', &part)) {
        if (s->count == CALL_SEGMENTS_MAX)
            return false;
        s->item[s->count++] = part;
    }
    return true;
}

static bool looks_like_type(struct str s)
{
    return s.n && s.p[0] >= 'A' && s.p[0] <= 'Z';
}

/* Does the path have the template's shape? [type] is anything in upper case here, so that an unknown type is
 * told from an unknown path. */
static bool fits(const struct segments *path, const char *name)
{
    struct str rest = str_of(strchr(name, '/') + 1), part;
    size_t i = 0;
    for (; rest.p && str_split(&rest, '/', &part); i++) {
        if (i == path->count)
            return false;
        struct str have = path->item[i];
        if (str_is(part, "[type]")) {
            if (!looks_like_type(have))
                return false;
        } else if (str_is(part, "[compartment]")) {
            fhir_type_id type = fhir_resource_find(have);
            if (!type || !search_in_compartment(type, type))
                return false;
        } else if (str_is(part, "[id]") || str_is(part, "[vid]") || str_is(part, "[file]")) {
            if (have.n == 0 || have.p[0] == '_' || have.p[0] == '$')
                return false;
        } else if (!str_eq(part, have)) {
            return false;
        }
    }
    return i == path->count;
}

static bool same_method(struct str method, const char *name)
{
    size_t n = (size_t)(strchr(name, ' ') - name);
    if (str_is(method, "HEAD"))
        method = STR("GET");
    return method.n == n && memcmp(method.p, name, n) == 0;
}

/* Is it served where it is asked for? Entries of a Bundle on /styr may be of both kinds, so that a decision
 * and what follows of it in the record are one transaction. */
static bool at_home(const struct call *c, fhir_type_id type)
{
    return fhir_types[type].styr == c->styr || (c->styr && c->entry);
}

static bool read_names(struct call *c, const struct segments *s, struct err *err)
{
    if (c->route->level >= LEVEL_NONE) { /* perhaps a job and its file */
        c->id = s->count > 2 ? s->item[2] : STR("");
        c->vid = s->count > 3 ? s->item[3] : STR("");
        return true;
    }
    if (s->count < 2 || !looks_like_type(s->item[1]))
        return true;
    c->type = fhir_resource_find(s->item[1]);
    if (!c->type || !at_home(c, c->type))
        return err_set_str(err, ERR_TYPE_NONE, s->item[1], STR(""));
    if (c->route->level == LEVEL_COMPARTMENT) {
        c->compartment = c->type;
        c->type = fhir_resource_find(s->item[3]);
        if (!c->type && !str_is(s->item[3], "*"))
            return err_set_str(err, ERR_TYPE_NONE, s->item[3], STR(""));
    }
    if (c->route->level != LEVEL_INSTANCE && c->route->level != LEVEL_COMPARTMENT)
        return true;
    c->id = s->item[2];
    if (!fhir_prim_valid(FHIR_PRIM_ID, c->id))
        return err_set_str(err, ERR_FHIR_ID, c->id, STR(""));
    if (s->count > 4 && c->route->level == LEVEL_INSTANCE)
        c->vid = s->item[4];
    return true;
}

bool route_find(struct call *c, struct err *err)
{
    struct segments s;
    bool shape = false;
    if (!split_path(c->path, &s))
        return err_set_str(err, ERR_URL, call_path(c), STR(""));
    for (size_t i = 0; i < route_count; i++) {
        if (!fits(&s, route_table[i].name))
            continue;
        shape = true;
        if (!same_method(c->method, route_table[i].name))
            continue;
        c->route = &route_table[i];
        return read_names(c, &s, err) && audit_event_allowed(c, err);
    }
    if (shape)
        return err_set_str(err, ERR_METHOD, c->method, call_path(c));
    return err_set_str(err, ERR_URL, call_path(c), STR(""));
}

struct str route_allow(struct call *c)
{
    struct segments s;
    struct str all = {"", 0};
    if (!split_path(c->path, &s))
        return all;
    for (size_t i = 0; i < route_count; i++) {
        const char *name = route_table[i].name;
        if (fits(&s, name))
            all = arena_printf(c->arena, "%.*s%s%.*s", STR_ARG(all), all.n ? ", " : "",
                               (int)(strchr(name, ' ') - name), name);
    }
    return all;
}
