// The function that serves documents and their pages from files beside it: /doc/<api>, /doc/<api>.yaml, /doc/<api>.json.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from '../config/index.ts'
import { type ApiSpec, defineService } from '../runtime/index.ts'
import type { Platform, ServedDocument } from '../runtime/edge.ts'
import { toLambda } from './handler.ts'
import { lambdaPlatform } from './platform.ts'

const noOperations: ApiSpec = {
  table: { api: 'documents', title: '', version: '', openapi: '3.1.0', document: '', basePath: '', securitySchemes: {}, operations: [], routes: {}, persist: [] },
  request: () => ({ body: {} }),
  reply: () => ({ replies: {}, headers: {} }),
  value: () => ({}),
}

/** Answers like every service, so that errors, CORS, HEAD and compression are the same; it holds documents and no operation. */
export const handler: ReturnType<typeof toLambda> = toLambda(defineService({ spec: noOperations, handlers: {} }), { platform: documentPlatform })

function documentPlatform(): Platform {
  const folder = join(env('LAMBDA_TASK_ROOT') ?? '.', 'documents')
  return { ...lambdaPlatform(), document: (api, form) => Promise.resolve(readDocument(folder, api, form)) }
}

// Compressed when it was deployed: the larger documents would not fit into an answer otherwise.
function readDocument(folder: string, api: string, form: string): ServedDocument | undefined {
  // A name from the path of a request must not lead out of the folder.
  if (!/^[\w-][\w.-]*$/.test(api)) return undefined
  const path = join(folder, `${api}.${form}`)
  if (!existsSync(`${path}.gz`)) return undefined
  const about = JSON.parse(readFileSync(`${path}.about`, 'utf8')) as Omit<ServedDocument, 'text' | 'gzipped'>
  return { ...about, gzipped: readFileSync(`${path}.gz`) }
}
