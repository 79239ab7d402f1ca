// What of a form's fields is sent as a file.

/** What of a field is sent as a file; undefined for any other value. */
export function fileOf(field: unknown): { blob: Blob; filename?: string } | undefined {
  if (field instanceof Blob) return { blob: field }
  if (field instanceof ArrayBuffer || ArrayBuffer.isView(field)) return { blob: new Blob([field as Uint8Array<ArrayBuffer>]) }
  // What the runtime hands to a handler can be sent on as it is.
  const { filename, contentType, data } = field as { filename?: unknown; contentType?: unknown; data?: unknown }
  if (typeof filename !== 'string' || !ArrayBuffer.isView(data)) return undefined
  return { blob: new Blob([data as Uint8Array<ArrayBuffer>], typeof contentType === 'string' ? { type: contentType } : {}), filename }
}
