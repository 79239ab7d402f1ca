// The part of the page's script that reads schemas: their types, their members, an example of each.

/** Script text; uses the functions of the model script. */
export const schemaScript: string = String.raw`
/** The type of a schema in a few words, for example "array of Thing". */
function typeOf(doc, schema, depth) {
  const level = depth || 0;
  if (schema === false) return 'nothing';
  const resolved = resolve(doc, schema);
  const node = recordOf(resolved.node);
  if (resolved.name !== '') return resolved.name;
  if (level > 4) return 'any';
  const text = bareType(doc, node, level);
  const format = textOf(node.format);
  return text + (format === '' ? '' : ' (' + format + ')') + (node.nullable === true || node['x-nullable'] === true ? ' | null' : '');
}

function bareType(doc, node, level) {
  if (node.const !== undefined) return JSON.stringify(node.const);
  for (const key of ['oneOf', 'anyOf']) if (listOf(node[key]).length > 0) return node[key].map((part) => typeOf(doc, part, level + 1)).join(' | ');
  if (listOf(node.allOf).length > 0) return node.allOf.map((part) => typeOf(doc, part, level + 1)).join(' & ');
  const types = Array.isArray(node.type) ? node.type : [node.type];
  return types.map((type) => type === 'array' || (type === undefined && node.items !== undefined) ? 'array of ' + typeOf(doc, node.items, level + 1) : textOf(type) || (isRecord(node.properties) ? 'object' : 'any')).join(' | ');
}

/** The limits that a schema sets, as short texts. */
function limitsOf(node) {
  const limits = [];
  if (listOf(node.enum).length > 0) limits.push('one of ' + node.enum.map((value) => JSON.stringify(value)).join(', '));
  if (node.default !== undefined) limits.push('default ' + JSON.stringify(node.default));
  for (const [key, word] of [['minimum', 'at least'], ['exclusiveMinimum', 'more than'], ['maximum', 'at most'], ['exclusiveMaximum', 'less than'], ['multipleOf', 'a multiple of'], ['minLength', 'min length'], ['maxLength', 'max length'], ['minItems', 'min items'], ['maxItems', 'max items'], ['pattern', 'pattern']]) {
    if (typeof node[key] === 'number' || typeof node[key] === 'string') limits.push(word + ' ' + node[key]);
  }
  if (node.uniqueItems === true) limits.push('unique items');
  if (node.readOnly === true) limits.push('read only');
  if (node.writeOnly === true) limits.push('write only');
  if (node.deprecated === true) limits.push('deprecated');
  return limits;
}

/** The parts of a schema that a reader can open, each with its name, its schema and whether it is required. */
function membersOf(doc, schema) {
  const node = recordOf(resolve(doc, schema).node);
  const required = new Set(listOf(node.required));
  const members = Object.entries(recordOf(node.properties)).map(([name, part]) => ({ name: name, schema: part, required: required.has(name) }));
  if (isRecord(node.additionalProperties)) members.push({ name: '(any other name)', schema: node.additionalProperties, required: false });
  if (isRecord(node.items)) members.push({ name: '(each item)', schema: node.items, required: false });
  for (const key of ['allOf', 'oneOf', 'anyOf']) listOf(node[key]).forEach((part, index) => members.push({ name: '(' + key + ' ' + (index + 1) + ')', schema: part, required: false }));
  return members;
}

/** A value that fits a schema well enough to start from; a schema inside itself ends with its second turn. */
function exampleOf(doc, schema, above) {
  // Wide schemas inside wide schemas would make an example that nobody can read.
  const { nodes, budget } = above || { nodes: [], budget: { left: 500 } };
  const node = recordOf(resolve(doc, schema).node);
  if (budget.left-- <= 0 || nodes.length > 8 || nodes.includes(node)) return undefined;
  const inside = { nodes: nodes.concat([node]), budget: budget };
  if (node.example !== undefined) return node.example;
  if (listOf(node.examples).length > 0) return node.examples[0];
  for (const key of ['const', 'default']) if (node[key] !== undefined) return node[key];
  if (listOf(node.enum).length > 0) return node.enum[0];
  if (listOf(node.allOf).length > 0) return mergedExample(doc, node, inside);
  for (const key of ['oneOf', 'anyOf']) if (listOf(node[key]).length > 0) return exampleOf(doc, node[key][0], inside);
  const type = Array.isArray(node.type) ? node.type.find((name) => name !== 'null') : node.type;
  if (type === 'object' || isRecord(node.properties)) return objectExample(doc, node, inside);
  if (type === 'array' || node.items !== undefined) {
    const item = exampleOf(doc, node.items, inside);
    return item === undefined ? [] : [item];
  }
  if (type === 'integer' || type === 'number') return typeof node.minimum === 'number' ? node.minimum : 0;
  if (type === 'boolean') return false;
  return type === 'string' ? stringExample(node) : undefined;
}

function objectExample(doc, node, inside) {
  const result = {};
  for (const [name, part] of Object.entries(recordOf(node.properties))) {
    if (recordOf(resolve(doc, part).node).readOnly === true) continue;
    const value = exampleOf(doc, part, inside);
    // Defined, not assigned: a property may be called __proto__.
    if (value !== undefined) Object.defineProperty(result, name, { value: value, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

function mergedExample(doc, node, inside) {
  const parts = node.allOf.map((part) => exampleOf(doc, part, inside)).concat(isRecord(node.properties) ? [objectExample(doc, node, inside)] : []);
  const objects = parts.filter(isRecord);
  return objects.length === 0 ? parts.find((part) => part !== undefined) : Object.assign({}, ...objects);
}

function stringExample(node) {
  const byFormat = { 'date-time': '2024-01-31T12:00:00Z', date: '2024-01-31', time: '12:00:00Z', uuid: '00000000-0000-4000-8000-000000000000', email: 'name@example.com', uri: 'urn:example:a', ipv4: '192.0.2.1', ipv6: '2001:db8::1' };
  return Object.hasOwn(byFormat, node.format) ? byFormat[node.format] : 'string'.padEnd(typeof node.minLength === 'number' ? Math.min(node.minLength, 100) : 0, '.');
}
`
