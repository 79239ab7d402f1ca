// The part of the page's script that turns a filled-in form into a request; no DOM.

/** Script text; uses the functions of the model script. */
export const tryScript: string = String.raw`
/**
 * The request of a filled-in form. The input holds values by parameter key (place and name), the chosen media type,
 * the body's text, further headers as lines, a token, and the base before the path. Throws an Error with a sentence.
 */
function requestOf(doc, entry, input) {
  const headers = headerLines(input.headers);
  const cookies = [];
  const query = [];
  let path = entry.path;
  for (const parameter of parametersOf(doc, entry)) {
    const text = input.values[parameter.in + ' ' + parameter.name] || '';
    if (parameter.in === 'path') {
      if (text === '') throw new Error('Fill in the path parameter ' + parameter.name + '.');
      if (text === '.' || text === '..') throw new Error('The path parameter ' + parameter.name + ' must not be dots only.');
      path = path.split('{' + parameter.name + '}').join(encodeURIComponent(text));
    }
    if (text === '') continue;
    if (parameter.in === 'query') query.push(...queryParts(doc, parameter, text));
    if (parameter.in === 'header') headers.push([parameter.name, text]);
    if (parameter.in === 'cookie') cookies.push(parameter.name + '=' + encodeURIComponent(text));
  }
  if (cookies.length > 0) throw new Error('A page cannot set cookies: sign in another way, or try this operation with a command-line tool.');
  if (input.token !== '') headers.push(['Authorization', /\s/.test(input.token.trim()) ? input.token.trim() : 'Bearer ' + input.token.trim()]);
  // A browser would read another host out of it, and send the token there.
  if (!/^\/(?![\/\\])/.test((input.base + path).replace(/[\t\n\r]/g, ''))) throw new Error('The path ' + entry.path + ' leads to another host, so nothing is sent.');
  const request = { method: entry.method, url: input.base + path + (query.length === 0 ? '' : '?' + query.join('&')), headers: headers };
  return Object.assign(request, bodyPart(entry, input, headers));
}

function headerLines(text) {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '').map((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error('Write each header as a line "Name: value".');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
}

function bodyPart(entry, input, headers) {
  if (entry.method === 'GET' || entry.method === 'HEAD' || !input.body) return {};
  const media = input.media || 'application/json';
  if (/^multipart\//i.test(media)) return { form: fieldsOf(input.body) };
  if (!headers.some((pair) => pair[0].toLowerCase() === 'content-type')) headers.push(['Content-Type', media]);
  if (!/^application\/x-www-form-urlencoded/i.test(media) || !input.body.trim().startsWith('{')) return { body: input.body };
  return { body: new URLSearchParams(fieldsOf(input.body)).toString() };
}

// A form is filled in as a JSON object: its example looks like that.
function fieldsOf(text) {
  let fields;
  try { fields = JSON.parse(text); } catch (error) { throw new Error('Write the form as a JSON object.'); }
  return Object.entries(recordOf(fields)).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((item) => [name, typeof item === 'string' ? item : JSON.stringify(item)]));
}

function queryParts(doc, parameter, text) {
  const pair = (name, value) => encodeURIComponent(name) + '=' + encodeURIComponent(value);
  const style = parameter.style || 'form';
  const explode = parameter.explode === undefined ? style === 'form' && parameter.collectionFormat === undefined : parameter.explode;
  const node = recordOf(resolve(doc, parameterSchema(parameter)).node);
  const type = Array.isArray(node.type) ? node.type.find((name) => name !== 'null') : node.type;
  if (parameter.content) return [pair(parameter.name, text)];
  if (type === 'array') {
    const items = text.split(',').map((item) => item.trim());
    if (explode || parameter.collectionFormat === 'multi') return items.map((item) => pair(parameter.name, item));
    const separator = { spaceDelimited: '%20', pipeDelimited: '%7C' }[style] || { ssv: '%20', pipes: '%7C', tsv: '%09' }[parameter.collectionFormat] || ',';
    return [encodeURIComponent(parameter.name) + '=' + items.map(encodeURIComponent).join(separator)];
  }
  if (type !== 'object' && style !== 'deepObject') return [pair(parameter.name, text)];
  const fields = fieldsOf(text);
  if (style === 'deepObject') return fields.map(([name, value]) => pair(parameter.name + '[' + name + ']', value));
  if (explode) return fields.map(([name, value]) => pair(name, value));
  return [encodeURIComponent(parameter.name) + '=' + fields.flat().map(encodeURIComponent).join(',')];
}

/** The body of an answer as text: JSON indented, other text as it is, anything else by its size. */
function answerText(type, text) {
  if (jsonType.test(type)) {
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch (error) { return text; }
  }
  return /^(image|audio|video|font)\/|octet-stream|zip|pdf/i.test(type) ? '(' + text.length + ' characters of ' + type + ')' : text;
}
`
