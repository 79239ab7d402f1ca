// Reads, checks and compiles OpenAPI documents; runs at build time only.
export { checkApis } from './check.ts'
export type { ApiDocument, Origin, SourceFile } from './document.ts'
export { type Extension, extensionVocabulary } from './extensions.ts'
export { type FaultCode, faultCodes } from './fault-codes.ts'
export { generate, type GenerateOptions, type GenerateResult } from './generate.ts'
export { constantName } from './identifiers.ts'
export { mockReply, type MockReply, type MockWish } from './mock-replies.ts'
export { bodyOf, listOperations, type Located, mediaOf, type RawOperation, repliesOf, settingsOf } from './operations.ts'
export { type PersistedSchema, persistedSchemas } from './persist.ts'
export { arrayOf, childOf, followRefs, isObject, type JsonObject, keysOf, objectOf, pointerTo, stringsOf, valueAt } from './pointers.ts'
export { type PublishedDocument, readPublished } from './published.ts'
export { readApi, readApis, type ReadOptions } from './read.ts'
export { namesOf, shapeOfPath } from './routes.ts'
export type {
  ApiTable, ClientOperation, ClientSpec, CompiledBody, CompiledOperation, CompiledParameter, CompiledPart, CompiledReply, FormatBranch, FormatPlan, OperationFormats, OperationSettings, OperationTypes, PackedIndex, PackedTable, ParameterPlace, PersistDefinition, PersistSpec, RouteNode, SecurityScheme, Span, TableFormats,
} from './table.ts'
export type { PlainMark, ReplyValidators, RequestValidators, ValidationFault, Validator } from './validator-types.ts'
