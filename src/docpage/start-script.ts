// The part of the page's script that draws the page as a whole: its head, the filter, the operations, the schemas.

/** Script text; uses all the others, and starts where there is a page. */
export const startScript: string = String.raw`
function operationRow(page, entry) {
  const summary = [element('span', { class: 'method ' + entry.method.toLowerCase() }, entry.method), element('code', {}, entry.path), ' ', element('span', { class: 'dim' }, entry.summary)];
  const details = lazyDetails({ id: 'op-' + entry.id, class: entry.operation.deprecated === true ? 'operation deprecated' : 'operation' }, summary, () => operationView(page, entry));
  details.addEventListener('toggle', () => { if (details.open) history.replaceState(null, '', '#' + encodeURIComponent(entry.id)); });
  page.rows.push({ entry: entry, node: details });
  return details;
}

function headView(page) {
  const doc = page.doc;
  const info = recordOf(doc.info);
  const schemes = Object.entries(schemesOf(doc));
  return [
    element('h1', {}, textOf(info.title) || page.api, ' ', element('small', {}, 'version ' + String(info.version))),
    element('p', { class: 'dim' }, (doc.openapi ? 'OpenAPI ' + doc.openapi : 'Swagger ' + String(doc.swagger)) + ' — ', element('a', { href: page.specUrl }, 'the document as JSON')),
    textBlock(info.description),
    schemes.length === 0 ? '' : [element('h2', {}, 'Security'), element('ul', {}, schemes.map(([name, scheme]) => {
      const node = recordOf(resolve(doc, scheme).node);
      return element('li', {}, element('code', {}, name), ' — ' + schemeText(node), textBlock(node.description));
    }))],
  ];
}

function barView(page) {
  const count = element('span', { role: 'status', class: 'dim' });
  const filter = element('input', { type: 'search', autocomplete: 'off', placeholder: 'name, path, method or tag' });
  const apply = () => {
    let shown = 0;
    for (const row of page.rows) {
      row.node.hidden = !matches(row.entry, filter.value.trim());
      if (!row.node.hidden) shown++;
    }
    for (const group of page.groups) group.node.hidden = group.rows.every((row) => row.hidden);
    count.replaceChildren(shown + ' of ' + page.rows.length + ' operations');
  };
  filter.addEventListener('input', apply);
  apply();
  return element('div', { class: 'bar' },
    element('label', {}, 'Filter operations', filter),
    element('label', {}, 'Token for "Try it" (kept in this page only)', page.token),
    count);
}

function groupView(page, group) {
  const rows = group.operations.map((entry) => operationRow(page, entry));
  const node = element('section', {}, element('h2', {}, group.name || 'Operations'), textBlock(group.description), rows);
  page.groups.push({ node: node, rows: rows });
  return node;
}

function schemasView(doc) {
  const schemas = Object.entries(schemasOf(doc));
  if (schemas.length === 0) return [];
  return [element('h2', {}, 'Schemas'), schemas.map(([name, schema]) => lazyDetails({}, element('code', {}, name), () => schemaView(doc, schema)))];
}

/** Draws a document into the page. */
function drawPage(main, page) {
  document.title = textOf(recordOf(page.doc.info).title) || page.api;
  page.token = element('input', { type: 'password', autocomplete: 'off' });
  page.rows = [];
  page.groups = [];
  const groups = groupsOf(page.doc, operationsOf(page.doc)).map((group) => groupView(page, group));
  main.replaceChildren(...[headView(page), barView(page), groups, schemasView(page.doc)].flat(Infinity).filter((child) => child !== ''));
}

function openFromAddress(page) {
  let id = location.hash.slice(1);
  try { id = decodeURIComponent(id); } catch (error) { /* as it is */ }
  const row = page.rows.find((candidate) => candidate.entry.id === id);
  if (row === undefined) return;
  row.node.open = true;
  row.node.scrollIntoView();
}

async function startPage() {
  const data = document.body.dataset;
  const main = document.getElementById('page');
  try {
    const response = await fetch(data.specUrl, { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error('the service answered ' + response.status);
    const page = { doc: recordOf(await response.json()), api: data.api, specUrl: data.specUrl, base: data.basePath };
    drawPage(main, page);
    openFromAddress(page);
    addEventListener('hashchange', () => openFromAddress(page));
  } catch (error) {
    document.getElementById('status').replaceChildren('The document could not be loaded: ' + (error instanceof Error ? error.message : String(error)));
  }
}

if (typeof document !== 'undefined') startPage();
`
