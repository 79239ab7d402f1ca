// `.klue`, the folder in which klue keeps what belongs to a project on this machine: closed to others, and its failures told in a sentence.
export { explained, folderFault } from './faults.ts'
export { closeBelow, makeModuleFolder, makePrivateFolder, privateFile, writePrivateFile } from './private.ts'
