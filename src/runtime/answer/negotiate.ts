// Content negotiation: what a caller's Accept header says of the media types that an operation declares.
import { catalog } from '../../errors/index.ts'
import type { CompiledOperation, CompiledReply } from '../../openapi/index.ts'
import { bareType, fallsUnder, isJson } from '../../media/index.ts'

interface Range {
  type: string
  quality: number
}

/** How much a caller wants a media type: 0 (not at all) to 1. Without a header everything is welcome. */
export function qualityOf(accept: string | undefined, media: string): number {
  if (accept === undefined || accept.trim() === '') return 1
  const type = bareType(media)
  const ranges = accept.split(',').map(toRange)
  const suffix = '*+'
  const wide = `${type.split('/', 1)[0]}/*`
  // The most specific range decides, not the one with the highest quality: `text/*, text/html;q=0` refuses HTML.
  for (const candidate of [type, ...(isJson(type) ? ['application/json'] : []), suffix, wide, '*/*']) {
    const found = ranges.find((range) => range.type === candidate || (candidate === suffix && range.type.includes('/*+') && fallsUnder(type, range.type)))
    if (found !== undefined) return found.quality
  }
  return 0
}

/** Throws NOT_ACCEPTABLE where the caller takes none of the media types of the operation's success. */
export function checkAcceptable(operation: CompiledOperation, success: CompiledReply | undefined, accept: string | undefined): void {
  const media = success?.media ?? []
  if (media.length === 0 || media.some((type) => type.includes('*') || qualityOf(accept, type) > 0)) return
  throw catalog.NOT_ACCEPTABLE(`${operation.id} answers with ${media.join(' or ')}, which the Accept header of the request excludes`)
}

function toRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.map((parameter) => /^q=([\d.]+)$/.exec(parameter)?.[1]).find((found) => found !== undefined)
  return { type, quality: quality === undefined ? 1 : Math.min(1, Number(quality) || 0) }
}
