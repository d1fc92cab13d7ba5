/**
 * The changes that can be made to a file: those of StrykerJS, and three that StrykerJS does not make. JavaScript, because its
 * imports are installed by `npm run mutate` alone, and `npm run check` has to pass without them.
 */
import {parseSync, traverse, types} from '@babel/core';
import {createInstrumenter} from '@stryker-mutator/instrumenter';
import {createInjector} from 'typed-inject';

const quiet = {debug() {}, info() {}, warn() {}, error() {}, isDebugEnabled: () => false};
const instrumenter = createInjector().provideValue('logger', quiet).injectFunction(createInstrumenter);

/** @returns {Promise<{start: number, end: number, to: string}[]>} What is replaced, as offsets into `source`, and by what. */
export async function changesOf(path, source) {
  return [...(await strykerChanges(path, source)), ...ownChanges(path, source)];
}

async function strykerChanges(path, source) {
  const {mutants} = await instrumenter.instrument([{name: path, content: source, mutate: true}], {
    plugins: null,
    excludedMutations: [],
    ignorers: [],
  });
  const lines = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) lines.push(at + 1);
  const offset = ({line, column}) => lines[line] + column;
  return mutants.map(({location, replacement}) => ({
    start: offset(location.start),
    end: offset(location.end),
    to: replacement,
  }));
}

/**
 * Adds 1 to a number, leaves out a call or an assignment, leaves out a property of an object.
 */
function ownChanges(path, source) {
  const changes = [];
  const tree = parseSync(source, {
    filename: path,
    configFile: false,
    babelrc: false,
    parserOpts: {plugins: ['typescript', 'explicitResourceManagement']},
  });
  traverse(tree, {
    NumericLiteral({node, parent}) {
      const isName = types.isTSLiteralType(parent) || (types.isObjectProperty(parent) && parent.key === node);
      if (!isName) changes.push({start: node.start, end: node.end, to: String(node.value + 1)});
    },
    ExpressionStatement({node}) {
      changes.push({start: node.start, end: node.end, to: ';'});
    },
    ObjectProperty({node, parent}) {
      if (!types.isObjectExpression(parent) || parent.properties.length < 2) return;
      const [comma] = /^\s*,?/.exec(source.slice(node.end));
      changes.push({start: node.start, end: node.end + comma.length, to: ''});
    },
  });
  return changes;
}
