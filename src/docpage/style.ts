// The look of the page: light or dark as the reader's system is.

/** The text of the page's only style element. */
export const pageStyle: string = `
:root { --ink: #1b1f24; --dim: #57606a; --paper: #fff; --card: #f6f8fa; --line: #d0d7de; --accent: #0757b8; --bad: #b3261e; --good: #116329 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9aa5b1; --paper: #0d1117; --card: #161b22; --line: #30363d; --accent: #79b8ff; --bad: #ff8a80; --good: #7ee787 } }
* { box-sizing: border-box }
body { margin: 0; color: var(--ink); background: var(--paper); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 72rem; margin: 0 auto; padding: 1rem 1rem 6rem }
h1 { margin: .5rem 0; font-size: 1.7rem } h1 small { color: var(--dim); font-size: 1rem; font-weight: normal }
h2 { margin: 2rem 0 .5rem; font-size: 1.2rem } h3 { margin: 1.2rem 0 .4rem; font-size: 1rem } h4 { margin: .8rem 0 .3rem; font-size: .95rem }
a { color: var(--accent) }
code, pre, textarea, .mono { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace }
pre { margin: .3rem 0; padding: .6rem; overflow: auto; max-height: 30rem; background: var(--paper); border: 1px solid var(--line); border-radius: 4px }
.text { margin: .3rem 0; white-space: pre-wrap; overflow-wrap: anywhere }
.dim { color: var(--dim) } .bad { color: var(--bad) } .good { color: var(--good) }
.bar { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; padding: .6rem 0; background: var(--paper); border-bottom: 1px solid var(--line) }
label { display: block; font-size: .9rem } .bar label { flex: 1 1 14rem }
input, select, textarea { width: 100%; padding: .35rem .5rem; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 4px; font-size: 14px }
textarea { min-height: 6rem }
button { padding: .4rem 1rem; color: var(--paper); background: var(--accent); border: 0; border-radius: 4px; font-size: 14px; cursor: pointer }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
details { margin: .35rem 0; border: 1px solid var(--line); border-radius: 6px; background: var(--card) }
details > summary { padding: .45rem .7rem; cursor: pointer; overflow-wrap: anywhere }
details > .inside { padding: 0 .9rem .8rem }
details details { background: var(--paper) }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; color: var(--accent) } .method.delete { color: var(--bad) } .method.post { color: var(--good) }
.deprecated code { text-decoration: line-through }
table { width: 100%; border-collapse: collapse } th, td { padding: .3rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) } th { font-size: .85rem; color: var(--dim) }
ul.members { margin: .2rem 0; padding-left: 1.1rem }
form { display: grid; gap: .6rem; margin-top: .4rem }
[hidden] { display: none }
`
