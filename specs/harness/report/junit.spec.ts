import { spawnSync } from 'node:child_process'
import { SaxesParser } from 'saxes'
import t from 'tap'
import { junitReport } from '../../../harness/report/index.js'
import { inCheckout } from '../../checkout.js'
import { HOSTILE_RECORD } from './hostile-record.js'

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

/** Parse XML, strictly; throws where it is not well-formed. */
function parsedXml(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes, children: [], text: '' }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  const addText = (text: string): void => {
    const element = open.at(-1)
    if (element) element.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => open.pop())
  parser.write(xml).close()
  return root
}

const all = (element: Element, name: string): readonly Element[] =>
  element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)])

t.test('is well-formed XML whatever devices say of themselves [issue 2, report]', (t) => {
  const document = parsedXml(junitReport(HOSTILE_RECORD))
  const cases = all(document, 'testcase')
  t.equal(cases.length, HOSTILE_RECORD.cases.length)
  const [suite] = all(document, 'testsuite')
  t.match(suite?.attributes, {
    name: 'viewnet 00001-00020-00300-00007',
    tests: '7',
    failures: '1',
    errors: '4',
    skipped: '1',
  })
  for (const [at, { id, outcome }] of HOSTILE_RECORD.cases.entries()) {
    const element = cases[at]
    t.match(element?.attributes, { classname: `viewnet.${id}`, time: '1.234' })
    t.match(element?.attributes['name'], `${outcome}: ]]> <a b="c">&amp; #`, 'markup is text')
    const told = element?.children.map(({ name }) => name).filter((name) => name !== 'properties')
    const expected = { pass: [], fail: ['failure'], 'not-applicable': ['skipped'] }[outcome as string] ?? ['error']
    t.same(told, expected, `${outcome}: what the rig could not do is an error, and never a failure`)
  }
  t.end()
})

t.test('tells run, seed, converter and verdict, and each measurement with its unit', (t) => {
  const document = parsedXml(junitReport(HOSTILE_RECORD))
  const properties = all(document, 'property').map(({ attributes }) => attributes)
  for (const [name, value] of Object.entries({
    run: 'r1',
    seed: '11',
    converter: 'udp://127.0.0.1:28200',
    verdict: 'fail',
  }))
    t.ok(
      properties.some((property) => property['name'] === name && property['value'] === value),
      name,
    )
  t.equal(properties.filter(({ value }) => value?.startsWith('1.5 ')).length, HOSTILE_RECORD.cases.length)
  t.end()
})

/** libxml2, which is nobody's of ours. */
const xmllint = (args: readonly string[], input: string): { status: number | null; stderr: string } =>
  spawnSync('xmllint', args, { input, encoding: 'utf8' })
const skip = xmllint(['--version'], '').status === 0 ? false : 'xmllint is not installed'

t.test(
  'is JUnit by a schema, as libxml2 reads it, whatever devices say of themselves [issue 6, Reports]',
  { skip },
  (t) => {
    const schema = ['--noout', '--nonet', '--schema', inCheckout('specs', 'harness', 'report', 'junit.xsd'), '-']
    const report = junitReport(HOSTILE_RECORD)
    t.match(xmllint(schema, report), { status: 0, stderr: /- validates/ })
    for (const wrong of [report.replace('time="1.234"', 'time="1.2 s"'), report.replace('<failure', '<failed')])
      t.match(xmllint(schema, wrong), { status: 3, stderr: /fails to validate|parser error/ })
    t.match(xmllint(schema, report.replace('<error', '<failure/><error')), { status: 3 }, 'one outcome a case')
    t.end()
  },
)
