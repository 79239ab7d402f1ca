// Reads, checks and compiles OpenAPI documents; runs at build time only.
export { checkApis } from './check/check.ts'
export type { ApiDocument, Origin, SourceFile } from './read/document.ts'
export { type Extension, extensionVocabulary } from './check/extensions.ts'
export { type FaultCode, faultCodes } from './read/fault-codes.ts'
export { isMultipleOf } from './compile/decimals.ts'
export { generate, type GenerateOptions, type GenerateResult } from './generate.ts'
export { constantName } from './files/identifiers.ts'
export { mockReply, type MockReply, type MockWish } from './mock/mock-replies.ts'
export { bodyOf, listOperations, type Located, mediaOf, type RawOperation, repliesOf, settingsOf } from './compile/operations.ts'
export { type PersistedSchema, persistedSchemas } from './compile/persist.ts'
export { arrayOf, childOf, followRefs, isObject, type JsonObject, keysOf, objectOf, pointerTo, stringsOf, valueAt } from './read/pointers.ts'
export { type PublishedDocument, readPublished } from './read/published.ts'
export { readApi, readApis, type ReadOptions } from './read/read.ts'
export { namesOf, shapeOfPath } from './compile/routes.ts'
export type {
  ApiTable, ClientOperation, ClientSpec, CompiledBody, CompiledOperation, CompiledParameter, CompiledPart, CompiledReply, FormatBranch, FormatPlan, OperationFormats, OperationSettings, OperationTypes, PackedIndex, PackedTable, ParameterPlace, PersistDefinition, PersistSpec, RouteNode, SecurityScheme, Span, TableFormats,
} from './table.ts'
export type { PlainMark, ReplyValidators, RequestValidators, ValidationFault, Validator } from './compile/validators/validator-types.ts'
