// What a new document of an API means for those who call the one that is deployed.
export type { Change } from './change.ts'
export { compareDocuments } from './compare-documents.ts'
