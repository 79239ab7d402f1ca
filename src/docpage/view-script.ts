// The part of the page's script that draws: every text of the document goes in as text, details when they are opened.

/** Script text; uses the functions of the other scripts. */
export const viewScript: string = String.raw`
/** An element with attributes, listeners (on...) and children; texts become text nodes, never markup. */
function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== ''));
  return node;
}

function textBlock(text) { return typeof text !== 'string' || text === '' ? '' : element('p', { class: 'text' }, text.trim()); }

/** Something that is drawn when it is first opened. */
function lazyDetails(attributes, summary, draw) {
  let isDrawn = false;
  const details = element('details', attributes, element('summary', {}, summary));
  details.addEventListener('toggle', () => {
    if (!details.open || isDrawn) return;
    isDrawn = true;
    details.append(element('div', { class: 'inside' }, draw()));
  });
  return details;
}

function schemaView(doc, schema) {
  const node = recordOf(resolve(doc, schema).node);
  const limits = limitsOf(node);
  return [
    element('p', {}, element('code', {}, typeOf(doc, schema)), limits.length === 0 ? '' : element('span', { class: 'dim' }, ' ' + limits.join('; '))),
    textBlock(node.description),
    membersView(doc, schema),
  ];
}

function membersView(doc, schema) {
  const members = membersOf(doc, schema);
  if (members.length === 0) return '';
  return element('ul', { class: 'members' }, members.map((member) => {
    const node = recordOf(resolve(doc, member.schema).node);
    const title = [element('code', {}, member.name), ' ', element('span', { class: 'dim' }, typeOf(doc, member.schema) + (member.required ? ', required' : ''))];
    // Opened one by one, so that a schema inside itself has no end but takes no time.
    if (membersOf(doc, member.schema).length > 0) return element('li', {}, lazyDetails({}, title, () => schemaView(doc, member.schema)));
    const limits = limitsOf(node).join('; ');
    return element('li', {}, title, limits === '' ? '' : element('span', { class: 'dim' }, ' — ' + limits), textBlock(node.description));
  }));
}

function parametersView(doc, parameters) {
  const shown = parameters.filter((parameter) => parameter.in !== 'body' && parameter.in !== 'formData');
  if (shown.length === 0) return [];
  const rows = shown.map((parameter) => {
    const schema = parameterSchema(parameter);
    const limits = limitsOf(recordOf(resolve(doc, schema).node)).join('; ');
    return element('tr', {},
      element('td', {}, element('code', {}, textOf(parameter.name)), parameter.required === true ? element('span', { class: 'bad' }, ' required') : ''),
      element('td', {}, textOf(parameter.in)),
      element('td', {}, element('code', {}, typeOf(doc, schema)), limits === '' ? '' : element('div', { class: 'dim' }, limits)),
      element('td', {}, textBlock(parameter.description)));
  });
  const head = element('tr', {}, ['Name', 'In', 'Type', 'Meaning'].map((title) => element('th', { scope: 'col' }, title)));
  return [element('h3', {}, 'Parameters'), element('table', {}, element('thead', {}, head), element('tbody', {}, rows))];
}

function mediaView(doc, media) {
  return media.map((entry) => element('div', {},
    element('h4', {}, entry.type),
    entry.schema === undefined ? '' : schemaView(doc, entry.schema),
    entry.declared === undefined ? '' : element('pre', { tabindex: '0' }, typeof entry.declared === 'string' ? entry.declared : JSON.stringify(entry.declared, null, 2))));
}

function operationView(page, entry) {
  const doc = page.doc;
  const body = bodyOf(doc, entry);
  const security = securityOf(doc, entry);
  return [
    element('p', { class: 'dim' }, 'Operation ', element('code', {}, entry.id), security.length === 0 ? ', open to everybody' : ', asks for ' + security.join(' or ')),
    entry.operation.deprecated === true ? element('p', { class: 'bad' }, 'Deprecated') : '',
    textBlock(entry.operation.description),
    parametersView(doc, parametersOf(doc, entry)),
    body === undefined ? '' : [element('h3', {}, 'Body' + (body.required ? ', required' : '')), textBlock(body.description), mediaView(doc, body.media)],
    element('h3', {}, 'Replies'),
    repliesOf(doc, entry).map((reply) => lazyDetails({}, [element('code', {}, reply.status), ' ', reply.description.split('\n')[0]], () => [
      textBlock(reply.description),
      reply.headers.map((item) => element('p', {}, 'Header ', element('code', {}, item.name), ' ', textOf(item.header.description))),
      reply.media.length === 0 ? element('p', { class: 'dim' }, 'No body') : mediaView(doc, reply.media),
    ])),
    lazyDetails({ class: 'try' }, 'Try it', () => tryView(page, entry)),
  ];
}

function tryView(page, entry) {
  const doc = page.doc;
  const body = bodyOf(doc, entry);
  const fields = parametersOf(doc, entry).filter((parameter) => ['path', 'query', 'header', 'cookie'].includes(parameter.in)).map((parameter) => {
    const example = parameter.example !== undefined ? parameter.example : recordOf(parameterSchema(parameter)).example;
    const input = element('input', { autocomplete: 'off', spellcheck: 'false' });
    if (parameter.required === true && example !== undefined) input.value = typeof example === 'string' ? example : JSON.stringify(example);
    return { key: parameter.in + ' ' + parameter.name, input: input, label: element('label', {}, parameter.name + ' (' + parameter.in + (parameter.required === true ? ', required)' : ')'), input) };
  });
  const headers = element('textarea', { rows: '2', spellcheck: 'false' });
  const media = body === undefined ? undefined : element('select', {}, body.media.map((item) => element('option', { value: item.type }, item.type)));
  const text = element('textarea', { rows: '8', spellcheck: 'false' });
  const prefill = () => {
    const chosen = body.media.find((item) => item.type === media.value) || body.media[0];
    const example = chosen === undefined ? undefined : chosen.example();
    text.value = example === undefined ? '' : typeof example === 'string' && !jsonType.test(chosen.type) ? example : JSON.stringify(example, null, 2);
  };
  if (media !== undefined) {
    prefill();
    media.addEventListener('change', prefill);
  }
  const result = element('div', { role: 'status' });
  const submit = (event) => {
    event.preventDefault();
    const values = Object.fromEntries(fields.map((field) => [field.key, field.input.value]));
    return sendForm(page, entry, { values: values, headers: headers.value, token: page.token.value, base: page.base, media: media === undefined ? '' : media.value, body: media === undefined ? '' : text.value }, result);
  };
  return element('form', { onsubmit: submit },
    fields.map((field) => field.label),
    element('label', {}, 'Further headers, one "Name: value" a line', headers),
    media === undefined ? '' : [element('label', {}, 'Media type', media), element('label', {}, 'Body', text)],
    element('div', {}, element('button', { type: 'submit' }, 'Send ' + entry.method + ' ' + entry.path)),
    result);
}

async function sendForm(page, entry, input, result) {
  const started = Date.now();
  try {
    const request = requestOf(page.doc, entry, input);
    let body = request.body;
    if (request.form !== undefined) {
      body = new FormData();
      for (const [name, value] of request.form) body.append(name, value);
    }
    result.replaceChildren('Sending …');
    const response = await fetch(request.url, { method: request.method, headers: request.headers, body: body, redirect: 'manual' });
    const text = await response.text();
    result.replaceChildren(
      element('p', { class: response.ok ? 'good' : 'bad' }, element('strong', {}, response.type === 'opaqueredirect' ? 'A redirect, which is not followed' : response.status + ' ' + response.statusText), ' in ' + (Date.now() - started) + ' ms'),
      element('p', { class: 'mono' }, request.method + ' ' + request.url),
      element('h4', {}, 'Headers'), element('pre', { tabindex: '0' }, [...response.headers].map(([name, value]) => name + ': ' + value).join('\n')),
      element('h4', {}, 'Body'), element('pre', { tabindex: '0' }, answerText(response.headers.get('content-type') || '', text)));
  } catch (error) {
    result.replaceChildren(element('p', { class: 'bad' }, error instanceof Error ? error.message : String(error)));
  }
}
`
