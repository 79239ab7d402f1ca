// Single changes of a document, for each of which the gate and oasdiff give a verdict.
import type { Patch } from './base-document.ts'

export interface SingleChange {
  name: string
  /** What the old document has beside the base; the new one has it too. */
  from?: Patch
  to: Patch
}

const list = '/paths/~1pets/get'
const add = '/paths/~1pets/post'
const get = '/paths/~1pets~1{id}/get'
const rename = '/paths/~1pets~1{id}/patch'
const written = '/components/schemas/NewPet'
const read = '/components/schemas/Pet'
const gone = undefined

/** The same change of what callers send and of what they read. */
function bothWays(name: string, key: string, { from, to }: { from?: unknown; to: unknown }): SingleChange[] {
  return ([['request', written], ['response', read]] as const).map(([direction, schema]) => ({ name: `${direction}: ${name}`, ...(from === undefined ? {} : { from: { [`${schema}${key}`]: from } }), to: { [`${schema}${key}`]: to } }))
}

/** Each change by its name. */
export const singleChanges: readonly SingleChange[] = [
  { name: 'operation removed', to: { [get]: gone } },
  { name: 'deprecated operation removed', to: { '/paths/~1pets~1{id}/delete': gone } },
  { name: 'path removed', to: { '/paths/~1pets': gone } },
  { name: 'operation added', to: { '/paths/~1pets~1{id}/put': { operationId: 'putPet', parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }], responses: { '204': { description: 'Put' } } } } },
  { name: 'operationId changed', to: { [`${get}/operationId`]: 'readPet' } },
  { name: 'operation deprecated', to: { [`${get}/deprecated`]: true } },
  { name: 'description changed', to: { '/info/description': 'Others', [`${get}/summary`]: 'One' } },
  { name: 'servers changed', to: { '/servers': [{ url: '/v2' }] } },

  { name: 'optional query parameter added', to: { [`${list}/parameters/-`]: { name: 'page', in: 'query', schema: { type: 'integer' } } } },
  { name: 'required query parameter added', to: { [`${list}/parameters/-`]: { name: 'page', in: 'query', required: true, schema: { type: 'integer' } } } },
  { name: 'required header added', to: { [`${list}/parameters/-`]: { name: 'X-Tenant', in: 'header', required: true, schema: { type: 'string' } } } },
  { name: 'required query parameter with a default added', to: { [`${list}/parameters/-`]: { name: 'page', in: 'query', required: true, schema: { type: 'integer', default: 1 } } } },
  { name: 'query parameter removed', to: { [`${list}/parameters/1`]: gone } },
  { name: 'required query parameter removed', to: { [`${list}/parameters/2`]: gone } },
  { name: 'header removed from the request', to: { [`${list}/parameters/3`]: gone } },
  { name: 'query parameter became required', to: { [`${list}/parameters/1/required`]: true } },
  { name: 'query parameter became optional', to: { [`${list}/parameters/2/required`]: false } },
  { name: 'parameter: type changed from integer to boolean', to: { [`${list}/parameters/0/schema`]: { type: 'boolean' } } },
  { name: 'parameter: type widened from integer to number', to: { [`${list}/parameters/0/schema/type`]: 'number' } },
  { name: 'parameter: type widened from integer to string', to: { [`${get}/parameters/0/schema/type`]: 'string' } },
  { name: 'parameter: type narrowed from string to integer', from: { [`${get}/parameters/0/schema/type`]: 'string' }, to: { [`${get}/parameters/0/schema/type`]: 'integer' } },
  { name: 'parameter: enum value removed', to: { [`${list}/parameters/1/schema/enum`]: ['cat'] } },
  { name: 'parameter: enum value added', to: { [`${list}/parameters/1/schema/enum`]: ['cat', 'dog', 'fish'] } },
  { name: 'parameter: enum added', to: { [`${list}/parameters/3/schema/enum`]: ['on', 'off'] } },
  { name: 'parameter: maximum lowered', to: { [`${list}/parameters/0/schema/maximum`]: 50 } },
  { name: 'parameter: maximum raised', to: { [`${list}/parameters/0/schema/maximum`]: 500 } },
  { name: 'parameter: minimum raised', to: { [`${list}/parameters/0/schema/minimum`]: 5 } },
  { name: 'parameter: maxLength lowered', to: { [`${list}/parameters/3/schema/maxLength`]: 8 } },
  { name: 'parameter: pattern added', to: { [`${list}/parameters/3/schema/pattern`]: '^[0-9]+$' } },
  { name: 'parameter: default changed', to: { [`${list}/parameters/0/schema/default`]: 50 } },
  { name: 'parameter: default removed', to: { [`${list}/parameters/0/schema/default`]: gone } },
  { name: 'parameter: default added', to: { [`${list}/parameters/1/schema/default`]: 'cat' } },
  { name: 'parameter: explode turned off', to: { [`${list}/parameters/4/explode`]: false } },
  { name: 'parameter deprecated', to: { [`${list}/parameters/1/deprecated`]: true } },
  { name: 'path parameter renamed', to: { '/paths/~1pets~1{id}': gone, '/paths/~1pets~1{petId}': { get: { operationId: 'getPet', security: [{ oauth: ['read'] }], parameters: [{ name: 'petId', in: 'path', required: true, schema: { type: 'integer' } }], responses: { '200': { description: 'One', content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } } } } }, delete: { operationId: 'removePet', deprecated: true, parameters: [{ name: 'petId', in: 'path', required: true, schema: { type: 'integer' } }], responses: { '204': { description: 'Gone' } } }, patch: { operationId: 'renamePet', parameters: [{ name: 'petId', in: 'path', required: true, schema: { type: 'integer' } }], requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { name: { type: 'string' } } } } } }, responses: { '204': { description: 'Renamed' } } } } } },

  { name: 'request body removed', to: { [`${rename}/requestBody`]: gone } },
  { name: 'request body became required', to: { [`${rename}/requestBody/required`]: true } },
  { name: 'request body became optional', to: { [`${add}/requestBody/required`]: false } },
  { name: 'optional request body added', to: { '/paths/~1pets~1{id}/delete/requestBody': { content: { 'application/json': { schema: { type: 'object' } } } } } },
  { name: 'required request body added', to: { '/paths/~1pets~1{id}/delete/requestBody': { required: true, content: { 'application/json': { schema: { type: 'object' } } } } } },
  { name: 'request media type removed', to: { [`${add}/requestBody/content/application~1xml`]: gone } },
  { name: 'request media type added', to: { [`${add}/requestBody/content/text~1plain`]: { schema: { type: 'string' } } } },

  ...bothWays('optional property added', '/properties/colour', { to: { type: 'string' } }),
  { name: 'request: required property added', to: { [`${written}/properties/colour`]: { type: 'string' }, [`${written}/required/-`]: 'colour' } },
  { name: 'request: required property with a default added', to: { [`${written}/properties/colour`]: { type: 'string', default: 'grey' }, [`${written}/required/-`]: 'colour' } },
  { name: 'response: required property added', to: { [`${read}/properties/colour`]: { type: 'string' }, [`${read}/required/-`]: 'colour' } },
  ...bothWays('optional property removed', '/properties/weight', { to: gone }),
  { name: 'request: required property removed', to: { [`${written}/properties/name`]: gone, [`${written}/required`]: ['id', 'kind'] } },
  { name: 'response: required property removed', to: { [`${read}/properties/name`]: gone, [`${read}/required`]: ['id', 'kind'] } },
  ...bothWays('property became required', '/required', { to: ['id', 'name', 'kind', 'weight'] }),
  ...bothWays('property became optional', '/required', { to: ['id', 'kind'] }),
  ...bothWays('readOnly property became optional', '/required', { to: ['name', 'kind'] }),
  ...bothWays('type changed from string to integer', '/properties/name', { to: { type: 'integer' } }),
  ...bothWays('type widened from integer to number', '/properties/tags/items', { from: { type: 'integer' }, to: { type: 'number' } }),
  ...bothWays('type narrowed from number to integer', '/properties/weight/type', { to: 'integer' }),
  ...bothWays('format added', '/properties/code/format', { to: 'email' }),
  ...bothWays('format removed', '/properties/born/format', { to: gone }),
  ...bothWays('format changed', '/properties/born/format', { to: 'date-time' }),
  ...bothWays('enum value removed', '/properties/kind/enum', { to: ['cat', 'dog'] }),
  ...bothWays('enum value added', '/properties/kind/enum', { to: ['cat', 'dog', 'fish', 'bird'] }),
  ...bothWays('enum added', '/properties/code/enum', { to: ['a', 'b'] }),
  ...bothWays('enum removed', '/properties/kind/enum', { to: gone }),
  ...bothWays('maxLength lowered', '/properties/name/maxLength', { to: 20 }),
  ...bothWays('maxLength raised', '/properties/name/maxLength', { to: 80 }),
  ...bothWays('maxLength removed', '/properties/name/maxLength', { to: gone }),
  ...bothWays('minLength raised', '/properties/name/minLength', { to: 3 }),
  ...bothWays('minLength lowered', '/properties/name/minLength', { to: 1 }),
  ...bothWays('minimum raised', '/properties/weight/minimum', { to: 1 }),
  ...bothWays('minimum removed', '/properties/weight/minimum', { to: gone }),
  ...bothWays('maximum raised', '/properties/weight/maximum', { to: 200 }),
  ...bothWays('maximum became exclusive', '/properties/weight/exclusiveMaximum', { to: true }),
  ...bothWays('maxItems lowered', '/properties/tags/maxItems', { to: 5 }),
  ...bothWays('uniqueItems added', '/properties/tags/uniqueItems', { to: true }),
  ...bothWays('multipleOf added', '/properties/weight/multipleOf', { to: 0.5 }),
  ...bothWays('pattern changed', '/properties/code/pattern', { to: '^[a-z0-9]+$' }),
  ...bothWays('pattern removed', '/properties/code/pattern', { to: gone }),
  ...bothWays('pattern added', '/properties/name/pattern', { to: '^[A-Z]' }),
  ...bothWays('nullable added', '/properties/name/nullable', { to: true }),
  ...bothWays('nullable removed', '/properties/note/nullable', { to: false }),
  ...bothWays('default changed', '/properties/size/default', { to: 'large' }),
  ...bothWays('property became readOnly', '/properties/weight/readOnly', { to: true }),
  ...bothWays('property became writeOnly', '/properties/weight/writeOnly', { to: true }),
  ...bothWays('required property no longer readOnly', '/properties/id/readOnly', { to: false }),
  ...bothWays('additionalProperties closed', '/additionalProperties', { to: false }),
  ...bothWays('additionalProperties opened', '/additionalProperties', { from: false, to: true }),
  ...bothWays('values of a map changed', '/properties/labels/additionalProperties/type', { to: 'integer' }),
  ...bothWays('branch of oneOf added', '/properties/shelter/oneOf/-', { to: { $ref: '#/components/schemas/Owner' } }),
  ...bothWays('branch of oneOf removed', '/properties/shelter/oneOf/1', { to: gone }),
  ...bothWays('schema wrapped in oneOf', '/properties/owner', { to: { oneOf: [{ $ref: '#/components/schemas/Owner' }, { $ref: '#/components/schemas/Cage' }] } }),
  ...bothWays('branch of allOf added', '/properties/owner', { from: { allOf: [{ $ref: '#/components/schemas/Owner' }] }, to: { allOf: [{ $ref: '#/components/schemas/Owner' }, { $ref: '#/components/schemas/Cage' }] } }),
  ...bothWays('reference written out', '/properties/owner', { from: { $ref: '#/components/schemas/Cage' }, to: { type: 'object', required: ['bars'], properties: { bars: { type: 'integer' } } } }),
  ...bothWays('schema put into an allOf', '/properties/owner', { to: { allOf: [{ $ref: '#/components/schemas/Owner' }] } }),
  ...bothWays('discriminator property changed', '/properties/shelter/discriminator', { from: { propertyName: 'kind' }, to: { propertyName: 'type' } }),
  ...bothWays('discriminator value removed', '/properties/shelter/discriminator', { from: { propertyName: 'kind', mapping: { cage: '#/components/schemas/Cage', box: '#/components/schemas/Cage' } }, to: { propertyName: 'kind', mapping: { cage: '#/components/schemas/Cage' } } }),
  ...bothWays('property deprecated', '/properties/weight/deprecated', { to: true }),

  { name: 'success status removed', to: { [`${add}/responses/202`]: gone } },
  { name: 'error status removed', to: { [`${list}/responses/404`]: gone } },
  { name: 'success status added', to: { [`${list}/responses/206`]: { description: 'Some' } } },
  { name: 'error status added', to: { [`${get}/responses/404`]: { description: 'None' } } },
  { name: 'property of an error removed', to: { '/components/schemas/Problem/properties/detail': gone } },
  { name: 'response media type removed', to: { [`${list}/responses/200/content/text~1csv`]: gone } },
  { name: 'response media type added', to: { [`${list}/responses/200/content/application~1xml`]: { schema: { type: 'string' } } } },
  { name: 'required response header removed', to: { [`${list}/responses/200/headers/X-Total`]: gone } },
  { name: 'optional response header removed', to: { [`${list}/responses/200/headers/X-Page`]: gone } },
  { name: 'response header became optional', to: { [`${list}/responses/200/headers/X-Total/required`]: false } },
  { name: 'response header added', to: { [`${list}/responses/200/headers/X-More`]: { schema: { type: 'string' } } } },
  { name: 'type of a response header changed', to: { [`${list}/responses/200/headers/X-Total/schema/type`]: 'boolean' } },

  { name: 'security added to an open operation', to: { [`${list}/security`]: [{ bearer: [] }] } },
  { name: 'security removed', to: { [`${add}/security`]: gone } },
  { name: 'second way in added', to: { [`${add}/security/-`]: { key: [] } } },
  { name: 'second way in removed', from: { [`${add}/security/-`]: { key: [] } }, to: { [`${add}/security/1`]: gone } },
  { name: 'scheme asked for beside another', to: { [`${add}/security`]: [{ bearer: [], key: [] }] } },
  { name: 'scheme exchanged', to: { [`${add}/security`]: [{ key: [] }] } },
  { name: 'scope added', to: { [`${get}/security`]: [{ oauth: ['read', 'write'] }] } },
  { name: 'scope removed', from: { [`${get}/security`]: [{ oauth: ['read', 'write'] }] }, to: { [`${get}/security`]: [{ oauth: ['read'] }] } },
  { name: 'security added for the whole document', to: { '/security': [{ bearer: [] }] } },
]
