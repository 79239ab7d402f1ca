// The documentation page of an API, whole in one HTML file that asks no other host for anything.
export { docPage, docPageCsp } from './page.ts'
export type { DocPageOptions } from './page.ts'
export { documentForm } from './published-forms.ts'
export type { DocumentForm, DocumentText } from './published-forms.ts'
