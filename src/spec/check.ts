// klue check for API documents: every fault at once.
import type { Fault } from '../errors/index.ts'
import type { ApiDocument } from './document.ts'

/** Every fault of the documents, in the order of files and lines. */
export function checkApis(documents: ApiDocument[]): Fault[] {
  return documents.flatMap((api) => api.faults)
}
