// Media types: which of them are JSON, forms or text, and which declared one a sent one falls under. Nobody else decides that.

/** What is JSON: `application/json`, `text/json`, `application/vnd.acme.v2+json`, also as a range such as `application/*+json`; parameters do not matter. */
export const jsonType: RegExp = /^[^/;\s]+\/(?:[^/;\s]+\+)?json\s*(?:;|$)/i

const textType = /^text\/|[/+](?:xml|yaml|x-yaml|javascript|csv)$/

// What is known to be something else, as a whole word of the name: documents describe some of these by the value that they encode.
const otherEncoding = /^(?:image|audio|video|font|multipart|message|text)\/|[/+.-](?:octet-stream|pdf|zip|gzip|x?-?tar|7z-compressed|zstd|brotli|bzip2?|rar|cbor|cbor-seq|msgpack|messagepack|protobuf|x-protobuf|avro|thrift|bson|ubjson|smile|amf|grpc|parquet|arrow|jwt|jose|der|ber|asn1|wbxml|fastinfoset|exi|sqlite3|wasm|java-archive|ndjson|jsonl|jsonlines|json-lines|json-seq|json5|jsonp|toml|hal|sql|graphql|pkcs\d+|pgp-\w+|rtf|msword|postscript|excel|ms-\w+|ms-excel|spreadsheet|presentation|wordprocessingml|spreadsheetml|presentationml|opendocument|epub)(?=$|[+.-])/

/** How a body is read: as a value, as fields, as one text, or not at all. */
export type MediaKind = 'json' | 'urlencoded' | 'multipart' | 'text' | 'bytes'

/** The media type without parameters, lower case. */
export function bareType(contentType: string): string {
  const semicolon = contentType.indexOf(';')
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()
}

/** Whether a media type, with or without parameters, carries JSON. */
export function isJson(contentType: string): boolean {
  return jsonType.test(contentType.trim())
}

/** Whether JSON may come under a declared media type: one that is JSON, or a range that JSON falls under. */
export function holdsJson(declared: string): boolean {
  const range = bareType(declared)
  return isJson(range) || (range.endsWith('/*') && range !== 'multipart/*')
}

/** How a body of a media type is read. Of a range nothing is known, but that JSON falls under it. */
export function kindOf(contentType: string): MediaKind {
  const type = bareType(contentType)
  if (holdsJson(type)) return 'json'
  if (type === 'application/x-www-form-urlencoded') return 'urlencoded'
  if (type === 'multipart/form-data' || type === 'multipart/*') return 'multipart'
  return textType.test(type) ? 'text' : 'bytes'
}

/** Whether the name of a media type leaves open how its bodies are written, so that a schema may tell that they are JSON. */
export function leavesOpen(contentType: string): boolean {
  const type = bareType(contentType)
  return type.includes('/') && !type.includes('*') && kindOf(type) === 'bytes' && !otherEncoding.test(type)
}

/** Whether a body is JSON by its media type, or by what the document declares of that type: `json` of the compiled body or answer. */
export function isJsonOf(declared: { readonly json?: readonly string[] } | undefined, contentType: string): boolean {
  return isJson(contentType) || declared?.json?.includes(bareType(contentType)) === true
}

/** Whether a media type is a form that is read into fields. */
export function isForm(contentType: string): boolean {
  const kind = kindOf(contentType)
  return kind === 'urlencoded' || kind === 'multipart'
}

/** Whether a type falls under a range such as `text/*` or `application/*+json`, which JSON without a suffix falls under too. */
export function fallsUnder(type: string, range: string): boolean {
  if (range === '*/*' || range === type) return true
  const [family = '', suffix = ''] = range.split('/*')
  return range.includes('/*') && type.startsWith(`${family}/`) && (suffix === '' || type.endsWith(suffix) || type === `${family}/${suffix.slice(1)}`)
}

/** The declared media type, possibly a range, that a sent one falls under; the most exact wins. */
export function chooseMedia(declared: readonly string[], contentType: string): string | undefined {
  // Without the header the body is taken for what the operation declares first.
  if (contentType === '') return declared[0]
  const type = bareType(contentType)
  // Who sends a range says nothing of the body, and must not choose how it is read.
  if (type.includes('*')) return undefined
  const found = declared.find((media) => bareType(media) === type)
  if (found !== undefined) return found
  return [...declared].sort((one, other) => other.length - one.length).find((media) => fallsUnder(type, bareType(media)))
}
