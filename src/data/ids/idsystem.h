/* SPDX-License-Identifier: Apache-2.0
 * idsystem: the Identifier.system values of Swedish identities, as the Swedish FHIR base profiles spell them
 * (hl7.se base 1.1.0), and the OIDs where those name none. */
#ifndef HELHET_IDS_IDSYSTEM_H
#define HELHET_IDS_IDSYSTEM_H

#define IDSYSTEM_PERSONNUMMER "http://electronichealth.se/identifier/personnummer"
#define IDSYSTEM_SAMORDNINGSNUMMER "http://electronichealth.se/identifier/samordningsnummer"
#define IDSYSTEM_RESERVNUMMER "http://electronichealth.se/identifier/nationelltReservnummer"
/* Västra Götalandsregionens and Region Stockholms own reserve numbers. */
#define IDSYSTEM_RESERV_VGR "urn:oid:1.2.752.113.11.0.2.1.1.1"
#define IDSYSTEM_RESERV_STOCKHOLM "urn:oid:1.2.752.97.3.1.3"
#define IDSYSTEM_HSA_ID "urn:oid:1.2.752.29.4.19"
#define IDSYSTEM_ORGANISATIONSNUMMER "urn:oid:2.5.4.97"

#endif
