import { invalidFilter } from './soap/fault.js'
import { NAMESPACE } from './soap/namespaces.js'
import type { XmlElement } from './soap/xml-reader.js'

/** Says whether events of a topic are wanted; the topic comes as its path below `tns1:`. */
export type TopicFilter = (topic: readonly string[]) => boolean

const CONCRETE_DIALECT = 'http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete'
const CONCRETE_SET_DIALECT = 'http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet'

/** More alternatives than this serve nobody but an attacker. */
const MAX_ALTERNATIVES = 64

interface TopicPath {
  readonly segments: readonly string[]
  /** `//.`: the topic and all below it. */
  readonly withSubtree: boolean
}

/**
 * Read the SearchFilter of FindEvents: nothing, or one TopicExpression in the Concrete or ConcreteSet dialect.
 *
 * @throws {@link SoapFault} `ter:InvalidFilterFault` for message content filters and anything else that is not understood
 * @see ONVIF Core specification, "Topic Filter": alternatives with `|`, subtrees with `//.`
 */
export function readTopicFilter(searchFilter: XmlElement): TopicFilter {
  const [expression, ...others] = searchFilter.children
  if (expression === undefined) return () => true
  if (others.length > 0) throw invalidFilter('expected at most one filter expression; alternatives are joined by |')
  if (!expression.is(NAMESPACE.wsnt, 'TopicExpression')) {
    throw invalidFilter(`expected a wsnt:TopicExpression, got '${expression.name}'`)
  }
  const dialect = expression.attribute('Dialect') ?? ''
  if (dialect !== CONCRETE_SET_DIALECT && dialect !== CONCRETE_DIALECT) {
    throw invalidFilter(`expected the dialect ${CONCRETE_SET_DIALECT}, got '${dialect}'`)
  }
  const alternatives = expression.text.split('|')
  if (alternatives.length > (dialect === CONCRETE_DIALECT ? 1 : MAX_ALTERNATIVES)) {
    throw invalidFilter(`${alternatives.length} alternatives are more than the dialect or this device takes`)
  }
  const paths = alternatives.map((alternative) => readTopicPath(alternative.trim(), expression))
  return (topic) => paths.some((path) => matches(path, topic))
}

function readTopicPath(text: string, context: XmlElement): TopicPath {
  const withSubtree = text.endsWith('//.')
  const segments = (withSubtree ? text.slice(0, -'//.'.length) : text).split('/').map((segment, index) => {
    const match = /^(?:([\w.-]+):)?([\w.-]+)$/.exec(segment)
    const [, prefix, name] = match ?? []
    if (name === undefined) throw invalidFilter(`'${text}' is no topic path: '${segment}' is no topic`)
    const isRoot = index === 0
    if ((isRoot || prefix !== undefined) && context.resolvePrefix(prefix ?? '') !== NAMESPACE.tns1) {
      throw invalidFilter(`'${segment}' in '${text}' is not in the namespace ${NAMESPACE.tns1}`)
    }
    return name
  })
  return { segments, withSubtree }
}

function matches(path: TopicPath, topic: readonly string[]): boolean {
  const isPrefix = path.segments.every((segment, index) => segment === topic[index])
  return isPrefix && (path.withSubtree || path.segments.length === topic.length)
}
