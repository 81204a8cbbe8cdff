/** A reply that is not one whole, safe XML document of the expected kind. The message says what was expected and what came, without a subject. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}
