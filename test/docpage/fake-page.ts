// Runs the page's script in a context of its own, with just enough of a DOM to read what it draws.
import vm from 'node:vm'
import { docPage } from '../../src/docpage/index.ts'

/** A node of the fake DOM. Only texts and elements exist: markup cannot be inserted. */
export class FakeNode {
  readonly tag: string
  readonly attributes: Record<string, string> = {}
  readonly listeners: Record<string, (event: object) => unknown> = {}
  children: (FakeNode | string)[] = []
  value = ''
  hidden = false
  open = false
  dataset: Record<string, string> = {}

  constructor(tag: string) {
    this.tag = tag
  }

  setAttribute(name: string, value: string): void {
    this.attributes[name] = String(value)
  }

  addEventListener(name: string, listener: (event: object) => unknown): void {
    const before = this.listeners[name]
    this.listeners[name] = (event) => [before?.(event), listener(event)].at(-1)
  }

  append(...children: (FakeNode | string)[]): void {
    this.children.push(...children.map((child) => (child instanceof FakeNode ? child : String(child))))
  }

  replaceChildren(...children: (FakeNode | string)[]): void {
    this.children = []
    this.append(...children)
  }

  scrollIntoView(): void {}

  get text(): string {
    return this.children.map((child) => (typeof child === 'string' ? child : child.text)).join('')
  }

  all(tag: string): FakeNode[] {
    return this.children.flatMap((child) => (typeof child === 'string' ? [] : [...(child.tag === tag ? [child] : []), ...child.all(tag)]))
  }

  /** Opens a details element as a reader does. */
  unfold(): this {
    this.open = true
    this.listeners['toggle']?.({})
    return this
  }
}

export interface FakePage {
  main: FakeNode
  context: vm.Context
  requests: { url: string; init: { method?: string; headers?: unknown; body?: unknown } }[]
}

const page = docPage({ title: 'T', api: 'things', specUrl: '/doc/things.json' })

/** The page's script as it stands in the page. */
export const scriptText: string = /<script>([\s\S]*)<\/script>/.exec(page)![1]!

/** A function of the script; values of another realm are compared as JSON. */
export type Script = (...args: unknown[]) => unknown

/** The pure functions of the script, without a page. */
export function functions(): Record<string, Script> {
  const context = vm.createContext({ URLSearchParams })
  vm.runInContext(scriptText, context)
  return context as Record<string, Script>
}

/** Draws a document; other requests than that for the document are answered by `answer`. */
export async function draw(doc: unknown, answer: () => Response = () => Response.json({}), hash = ''): Promise<FakePage> {
  const main = new FakeNode('main')
  const status = new FakeNode('p')
  const body = new FakeNode('body')
  body.dataset = { api: 'things', specUrl: '/doc/things.json', basePath: '/v1' }
  const requests: FakePage['requests'] = []
  const fetch = async (url: string, init: FakePage['requests'][number]['init']): Promise<Response> => {
    requests.push({ url, init })
    return url === '/doc/things.json' ? Response.json(doc) : answer()
  }
  const document = { body, title: '', createElement: (tag: string) => new FakeNode(tag), getElementById: (id: string) => (id === 'page' ? main : status) }
  const context = vm.createContext({ document, fetch, location: { hash }, history: { replaceState: () => undefined }, addEventListener: () => undefined, FormData, URLSearchParams })
  vm.runInContext(scriptText, context)
  // The script has no handle to wait for: it has drawn when its few promises are through.
  for (let turn = 0; turn < 50 && main.children.length === 0 && status.children.length === 0; turn++) await new Promise((resolve) => setImmediate(resolve))
  if (main.children.length === 0) main.append(status)
  return { main, context, requests }
}

/** Lets the promises that an event started come to their end. */
export async function settle(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isDone(); turn++) await new Promise((resolve) => setImmediate(resolve))
}
