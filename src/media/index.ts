// Media types, for all who read, write, check or compare bodies; imports nothing, so that browsers can have it too.
export { bareType, chooseMedia, fallsUnder, holdsJson, isForm, isJson, isJsonOf, jsonType, kindOf, leavesOpen } from './media-type.ts'
export type { MediaKind } from './media-type.ts'
