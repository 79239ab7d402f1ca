// The kit's own table and what it keeps there. It builds on persist/, of the same level: the database and its items are one thing.
export { type Horizon, lengthOf, markedMinutes, markMinute, moveHorizon, readCounts, readCountsBetween, readHorizon, settleHorizon, type Span, startHorizon, startOf, type StoredCounts, unmarkMinute, writeCounts } from './count-rows.ts'
export { storeDefinition, type StoreRow } from './definition.ts'
export { type CountedReport, countReports, findError, newestReports, newestTime, oldestReportMs, putReport, putSample, readSample, type Report } from './incidents-reports.ts'
export { type DueMessage, endDelivery, type Incident, listIncidents, type MessageKind, readIncident, type StoredIncident, takeDelivery, writeIncident } from './incidents-rows.ts'
export { type PasswordHasher, scryptHasher } from './passwords.ts'
export { putRequestRows, type RequestRow, requestRows, shards } from './request-rows.ts'
export { openStore, type Store, type StoreOptions } from './store.ts'
export type { ProvenUser, Users } from './users.ts'
