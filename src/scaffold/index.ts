// Writes the files that a user's own repository begins with, and those that are added to it later.
export type { DocumentFormat } from './api-files.ts'
export { addApi } from './add-api.ts'
export { type Added, addOperation, type AddOperationOptions } from './add-operation.ts'
export { importDocument, type Imported, type ImportOptions } from './import-document.ts'
export { initProject, type InitOptions, nameOfFolder } from './init.ts'
