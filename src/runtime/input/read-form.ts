// Reads the forms of requests, urlencoded and multipart, with what their parts say of themselves.
import type { ErrorDetail } from '../../errors/index.ts'
import type { CompiledBody } from '../../openapi/index.ts'
import { bareType, chooseMedia } from '../../media/index.ts'
import { type FormPair, toForm } from './form.ts'
import { readMultipart } from './multipart.ts'
import { escapePointer } from './parameters.ts'
import { type PartHeaders, readPartHeaders } from './part-headers.ts'

/** A form after reading; its values came as text and are coerced. */
export interface ReadForm {
  value: unknown
  isForm: true
  /** What made it unreadable, for a 400. */
  fault?: string
  /** Parts whose media type is not the declared one, and headers of parts that cannot be read. */
  partFaults?: ErrorDetail[]
  /** The headers of its parts, where some are declared. */
  parts?: PartHeaders
}

/** A form as it came. */
export interface SentForm {
  /** The declared media type that it falls under. */
  media: string
  contentType: string
  bytes: Uint8Array
  /** The bytes in their charset. */
  text: () => string
}

/** Reads a form as its operation declares it. Throws what `text` throws. */
export function readForm(body: CompiledBody, { media, contentType, bytes, text }: SentForm): ReadForm {
  const { pairs, fault } = bareType(contentType) === 'multipart/form-data' ? readMultipart(bytes, contentType) : { pairs: pairsOf(text()) }
  if (pairs === undefined) return { value: undefined, isForm: true, fault: fault! }
  const declared = body.partHeaders?.[media]
  const { parts, unreadable } = declared === undefined ? { unreadable: [] } : readPartHeaders(pairs, declared)
  return { value: toForm(pairs, body.fields?.[media] ?? []), isForm: true, partFaults: [...mistyped(pairs, body.partTypes?.[media] ?? {}), ...unreadable], ...(parts === undefined ? {} : { parts }) }
}

function pairsOf(text: string): FormPair[] {
  return [...new URLSearchParams(text)].map(([name, value]) => ({ name, value }))
}

// A field without a media type is plain text, as browsers send it, and is not checked; files always have a media type.
function mistyped(pairs: FormPair[], partTypes: Record<string, string[]>): ErrorDetail[] {
  return pairs.flatMap(({ name, value, contentType = (value as { contentType?: string }).contentType }) => {
    const declared = Object.hasOwn(partTypes, name) ? partTypes[name]! : undefined
    if (declared === undefined || contentType === undefined || chooseMedia(declared, contentType) !== undefined) return []
    return [{ pointer: `/body/${escapePointer(name)}`, message: `must be of the media type ${declared.join(' or ')}, not ${bareType(contentType).slice(0, 100)}` }]
  })
}
