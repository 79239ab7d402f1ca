// Media types: what two of them have to do with each other, and which of them are JSON or forms.

/** The media type without parameters, lower case. */
export function bareType(contentType: string): string {
  const semicolon = contentType.indexOf(';')
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()
}

/** Whether a media type carries JSON. */
export function isJson(media: string): boolean {
  return media === 'application/json' || media.endsWith('+json') || media.endsWith('/json')
}

/** The declared media type, possibly with wildcards, that a concrete one falls under; the most exact wins. */
export function chooseMedia(declared: string[], contentType: string): string | undefined {
  // Without the header the body is taken for what the operation declares first.
  if (contentType === '') return declared[0]
  const type = bareType(contentType)
  const named = (wanted: string): string | undefined => declared.find((media) => media === wanted || bareType(media) === wanted)
  return named(type) ?? named(`${type.split('/', 1)[0]}/*`) ?? named('*/*')
}

/** Whether a media type is a form that the runtime reads into fields. */
export function isForm(contentType: string): boolean {
  const type = bareType(contentType)
  return type === 'application/x-www-form-urlencoded' || type === 'multipart/form-data'
}
