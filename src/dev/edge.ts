// What klue dev starts with; the rest of this folder, which compiles and checks documents, is loaded where it is needed.
export { toReadable } from './readable.ts'
export { startProject } from './start.ts'
export type { ReloadEvent, RunningProject, StartOptions } from './start.ts'
export { resetData, resetSentence } from './reset-data.ts'
