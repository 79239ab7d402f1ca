// Every fault that klue check can find in an API document: its code and what it means.

/** Codes of the faults in API documents, each with a sentence. */
export const faultCodes = {
  'syntax-error': 'The file is not valid YAML or JSON',
  'key-double': 'A key stands twice in one mapping',
  'file-unreadable': 'A file cannot be read',
  'document-invalid': 'The document lacks a part that OpenAPI requires, or holds one of the wrong type',
  'version-unsupported': 'The document is neither Swagger 2.0 nor OpenAPI 3.0, 3.1',
  'conversion-failed': 'The Swagger 2.0 document cannot be converted to OpenAPI 3',
  'api-double': 'Two documents have the same file name and would be the same API',
  'api-unknown': 'There is no document for an API that was asked for',
  'ref-broken': 'A $ref points to nothing',
  'ref-remote': 'A $ref points to another host',
  'operation-id-missing': 'An operation has no operationId',
  'operation-id-double': 'Two operations have the same operationId',
  'operation-id-reserved': 'The operationId is a name that the runtime uses itself',
  'path-invalid': 'A path template is malformed',
  'path-ambiguous': 'Two path templates match the same requests',
  'path-parameter-undeclared': 'A parameter of the path template is not declared',
  'path-parameter-unused': 'A declared path parameter is not in the path template',
  'parameter-invalid': 'A parameter lacks its name or place, or has a wrong one',
  'parameter-double': 'A parameter is declared twice',
  'security-scheme-unknown': 'A security requirement names a scheme that is not declared',
  'security-scheme-invalid': 'A security scheme is malformed',
  'responses-missing': 'An operation declares no responses',
  'status-invalid': 'A key of responses is no status',
  'schema-invalid': 'A schema cannot be compiled',
  'schema-type-unknown': 'A schema has a type that does not exist',
  'schema-pattern-invalid': 'The pattern of a schema is not a regular expression',
  'extension-unknown': 'An x-klue-* extension does not exist',
  'extension-misplaced': 'An extension stands where it has no meaning',
  'extension-invalid': 'An extension has a value of the wrong type',
  'persist-property-unknown': 'x-persist names a property that the schema does not have',
  'persist-key-type': 'x-persist uses a property as key that is neither string nor number',
  'persist-table-double': 'Two schemas of an API persist to the same table',
} as const

export type FaultCode = keyof typeof faultCodes
