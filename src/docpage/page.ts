// Puts the page together, and says in its Content-Security-Policy what may run in it.
import { createHash } from 'node:crypto'
import { jsonType } from '../media/index.ts'
import { modelScript } from './model-script.ts'
import { schemaScript } from './schema-script.ts'
import { startScript } from './start-script.ts'
import { pageStyle } from './style.ts'
import { tryScript } from './try-script.ts'
import { viewScript } from './view-script.ts'

export interface DocPageOptions {
  /** Title of the page, until the document has said its own. */
  title: string
  /** Name of the API: its document's file name without extension. */
  api: string
  /** Where the page finds the document as JSON, for example `/doc/builds.json`; of the page's own origin. */
  specUrl: string
  /** Path that the service puts before the document's paths, without trailing slash. Default: none. */
  basePath?: string
}

/** The HTML of the page. It holds no text of the document; its script fetches that from `specUrl` and inserts it as text only. */
export function docPage({ title, api, specUrl, basePath = '' }: DocPageOptions): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body data-api="${escapeHtml(api)}" data-spec-url="${escapeHtml(specUrl)}" data-base-path="${escapeHtml(basePath)}">
<main id="page"><h1>${escapeHtml(title)}</h1><p id="status" role="status">Loading the document …</p></main>
<noscript><p>This page needs JavaScript. The document itself is at <a href="${escapeHtml(specUrl)}">${escapeHtml(specUrl)}</a>.</p></noscript>
<script>${pageScript()}</script>
</body>
</html>
`
}

/** The value of the page's Content-Security-Policy header: its own style and script by their hashes, requests to its own origin, nothing else. */
export function docPageCsp(): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(pageScript())}'`,
    `style-src '${hashOf(pageStyle)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function pageScript(): string {
  return ["'use strict'", `const jsonType = ${String(jsonType)}`, modelScript, schemaScript, tryScript, viewScript, startScript].join('\n')
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}
