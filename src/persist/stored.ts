// Items as they are stored, for work on whole tables: attributes, keys and numbers without the calls of a table.
export { type Attributes, attributesBytes, fromAttributes, toAttributes, toKeyAttribute } from './attributes.ts'
export { isExpired } from './expiry.ts'
export { keyProperties, keyWords } from './keys.ts'
export { digitsFault, isDigits, sameDigits } from './numbers.ts'
export { guardStored, putGuarded, uniqueValues } from './put-stored.ts'
export { streamedItem, streamedKey } from './streamed.ts'
