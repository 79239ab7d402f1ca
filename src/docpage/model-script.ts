// The part of the page's script that reads the document: no DOM, so that it can be tested anywhere.

/** Script text; plain functions at its top level. */
export const modelScript: string = String.raw`
const methodNames = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

// Every value of the document is a stranger's: nothing is assumed of its type.
function isRecord(value) { return typeof value === 'object' && value !== null && !Array.isArray(value); }
function recordOf(value) { return isRecord(value) ? value : {}; }
function listOf(value) { return Array.isArray(value) ? value : []; }
function textOf(value) { return typeof value === 'string' ? value : ''; }

/** Follows $refs inside the document; gives the last node and the name of the first reference. */
function resolve(doc, node) {
  const seen = new Set();
  let name = '';
  while (isRecord(node) && typeof node.$ref === 'string') {
    const ref = node.$ref;
    if (name === '') name = refName(ref);
    if (seen.has(ref) || !ref.startsWith('#')) return { node: {}, name: name };
    seen.add(ref);
    node = pointed(doc, ref);
  }
  return { node: node, name: name };
}

function refName(ref) { return unescapePart(ref.split('/').pop()); }

function unescapePart(part) {
  try { part = decodeURIComponent(part); } catch (error) { /* not escaped after all */ }
  return part.replace(/~1/g, '/').replace(/~0/g, '~');
}

function pointed(doc, ref) {
  let node = doc;
  for (const part of ref.split('/').slice(1).map(unescapePart)) {
    if ((!isRecord(node) && !Array.isArray(node)) || !Object.hasOwn(node, part)) return undefined;
    node = node[part];
  }
  return node;
}

/** All operations in document order. */
function operationsOf(doc) {
  const all = [];
  for (const [path, item] of Object.entries(recordOf(doc.paths))) {
    const shared = recordOf(resolve(doc, item).node);
    for (const method of methodNames) {
      const operation = shared[method];
      if (!isRecord(operation)) continue;
      const id = textOf(operation.operationId) || method + ' ' + path;
      const tags = listOf(operation.tags).filter((tag) => typeof tag === 'string');
      const entry = { id: id, method: method.toUpperCase(), path: path, summary: textOf(operation.summary), tags: tags, operation: operation, item: shared };
      entry.words = [id, entry.method, path, entry.summary, tags.join(' ')].join(' ').toLowerCase();
      all.push(entry);
    }
  }
  return all;
}

/** Operations by their first tag: declared tags first, in their order; those without a tag last. */
function groupsOf(doc, operations) {
  const groups = new Map();
  for (const tag of listOf(doc.tags)) if (isRecord(tag)) groups.set(textOf(tag.name), { name: textOf(tag.name), description: textOf(tag.description), operations: [] });
  for (const entry of operations) {
    const name = entry.tags.length === 0 ? '' : entry.tags[0];
    if (!groups.has(name)) groups.set(name, { name: name, description: '', operations: [] });
    groups.get(name).operations.push(entry);
  }
  const all = [...groups.values()].filter((group) => group.operations.length > 0);
  return all.filter((group) => group.name !== '').concat(all.filter((group) => group.name === ''));
}

/** Whether an operation has every word of the filter. */
function matches(entry, filter) {
  return filter.toLowerCase().split(/\s+/).every((word) => entry.words.includes(word));
}

/** The parameters of an operation, those of its path included; an operation's own win. */
function parametersOf(doc, entry) {
  const byKey = new Map();
  for (const list of [entry.item.parameters, entry.operation.parameters]) {
    for (const raw of listOf(list)) {
      const parameter = resolve(doc, raw).node;
      if (isRecord(parameter)) byKey.set(parameter.in + ' ' + parameter.name, parameter);
    }
  }
  return [...byKey.values()];
}

/** The schema of a parameter, in OpenAPI 3 and in Swagger 2.0. */
function parameterSchema(parameter) {
  if (isRecord(parameter.schema)) return parameter.schema;
  const media = Object.values(recordOf(parameter.content))[0];
  return isRecord(media) ? recordOf(media.schema) : parameter;
}

/** The body of an operation by media type, or undefined where it takes none. */
function bodyOf(doc, entry) {
  const body = resolve(doc, entry.operation.requestBody).node;
  if (isRecord(body)) return { required: body.required === true, description: textOf(body.description), media: mediaOf(doc, body.content) };
  const parameters = parametersOf(doc, entry);
  const consumes = listOf(entry.operation.consumes || doc.consumes);
  const whole = parameters.find((parameter) => parameter.in === 'body');
  if (whole) return { required: whole.required === true, description: textOf(whole.description), media: [mediaEntry(doc, textOf(consumes[0]) || 'application/json', whole)] };
  const fields = parameters.filter((parameter) => parameter.in === 'formData');
  if (fields.length === 0) return undefined;
  const schema = { type: 'object', properties: Object.fromEntries(fields.map((field) => [field.name, field])), required: fields.filter((field) => field.required === true).map((field) => field.name) };
  return { required: true, description: '', media: [mediaEntry(doc, textOf(consumes[0]) || 'application/x-www-form-urlencoded', { schema: schema })] };
}

function mediaOf(doc, content) {
  return Object.entries(recordOf(content)).map(([type, media]) => mediaEntry(doc, type, recordOf(media)));
}

function mediaEntry(doc, type, media) {
  const named = Object.values(recordOf(media.examples)).map((example) => resolve(doc, example).node)[0];
  const example = media.example !== undefined ? media.example : isRecord(named) ? named.value : undefined;
  // Made when it is shown: a document may hold a thousand bodies.
  return { type: type, schema: media.schema, declared: example, example: () => example !== undefined ? example : exampleOf(doc, media.schema) };
}

/** The declared replies of an operation. */
function repliesOf(doc, entry) {
  return Object.entries(recordOf(entry.operation.responses)).map(([status, raw]) => {
    const resolved = recordOf(resolve(doc, raw).node);
    const produces = listOf(entry.operation.produces || doc.produces);
    const media = resolved.schema === undefined ? mediaOf(doc, resolved.content) : [mediaEntry(doc, textOf(produces[0]) || 'application/json', resolved)];
    const headers = Object.entries(recordOf(resolved.headers)).map(([name, header]) => ({ name: name, header: recordOf(resolve(doc, header).node) }));
    return { status: status, description: textOf(resolved.description), media: media, headers: headers };
  });
}

function schemesOf(doc) {
  return recordOf(recordOf(doc.components).securitySchemes || doc.securityDefinitions);
}

function schemasOf(doc) {
  return recordOf(recordOf(doc.components).schemas || doc.definitions);
}

/** What an operation asks of its caller, one text for each alternative; empty where it is open. */
function securityOf(doc, entry) {
  const schemes = schemesOf(doc);
  return listOf(entry.operation.security || doc.security).filter(isRecord).map((alternative) =>
    Object.entries(alternative).map(([name, scopes]) => name + ' (' + schemeText(recordOf(resolve(doc, schemes[name]).node)) + ')' + (listOf(scopes).length === 0 ? '' : ' with ' + scopes.join(', '))).join(' and ') || 'nothing');
}

function schemeText(scheme) {
  if (scheme.type === 'http') return 'HTTP ' + textOf(scheme.scheme);
  if (scheme.type === 'apiKey') return 'API key in ' + textOf(scheme.in) + ' ' + textOf(scheme.name);
  return textOf(scheme.type) || 'unknown';
}
`
