-- Opens a policy in Neovim's own language client, and writes what a user would see: one JSON line for each step.
-- Works with Neovim 0.7 and later.
local file, out = vim.env.POLICY, vim.env.RESULTS
local command = vim.fn.json_decode(vim.env.SERVER)
local patience = 60000

local function report(step, value)
  vim.fn.writefile({vim.fn.json_encode({step = step, value = value})}, out, 'a')
end

local function diagnostics()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    local link = vim.tbl_get and vim.tbl_get(each, 'user_data', 'lsp', 'codeDescription', 'href')
    table.insert(found, {code = each.code, line = each.lnum + 1, column = each.col + 1, link = link or vim.NIL})
  end
  return found
end

local function wait(what, condition)
  if not vim.wait(patience, condition, 20) then
    report('timeout', what)
    vim.cmd('cquit 1')
  end
end

local function request(method, more)
  local params = vim.tbl_extend('force', {textDocument = vim.lsp.util.make_text_document_params(0)}, more)
  local answers = vim.lsp.buf_request_sync(0, method, params, patience) or {}
  for _, answer in pairs(answers) do
    return answer.result
  end
end

local function has(code)
  return function()
    for _, each in ipairs(vim.diagnostic.get(0)) do
      if each.code == code then return true end
    end
    return false
  end
end

-- What the server shows outside of the document. Neovim opens pages from 0.8 on.
local shown = {}
vim.lsp.handlers['window/showMessage'] = function(_, params) table.insert(shown, params.message) end
vim.lsp.handlers['window/showDocument'] = function(_, params)
  table.insert(shown, params.uri)
  return {success = true}
end

vim.cmd('edit ' .. vim.fn.fnameescape(file))
local client = vim.lsp.start_client({name = 'retry-lint', cmd = command, root_dir = vim.fn.fnamemodify(file, ':h')})
vim.lsp.buf_attach_client(0, client)

wait('the first diagnostics', has('RL203'))
report('diagnostics', diagnostics())

local whole = {
  start = {line = 0, character = 0},
  ['end'] = {line = vim.api.nvim_buf_line_count(0), character = 0},
}
local function actions(only)
  return request('textDocument/codeAction', {range = whole, context = {diagnostics = {}, only = only}}) or {}
end

local titles = {}
for _, action in ipairs(actions(nil)) do
  table.insert(titles, action.title)
end
report('actions', titles)

for _, action in ipairs(actions({'source.fixAll.retry-lint'})) do
  vim.lsp.util.apply_workspace_edit(action.edit, 'utf-16')
end
wait('the fixes to be seen', function() return not has('RL004')() end)
report('fixed', vim.api.nvim_buf_get_lines(0, 0, -1, false))

for _, action in ipairs(actions(nil)) do
  if action.title == 'Set jitter to "full" (unsafe)' then vim.lsp.util.apply_workspace_edit(action.edit, 'utf-16') end
end
wait('the quick fix to be seen', function() return #vim.diagnostic.get(0) == 0 end)
vim.cmd('write')
report('saved', vim.fn.readfile(file))

local lens = (request('textDocument/codeLens', {}) or {})[1]
report('lens', lens and lens.command.title or vim.NIL)
local function run(command)
  local count = #shown
  request('workspace/executeCommand', command)
  wait(command.command, function() return #shown > count end)
  return shown[#shown]
end
if lens then report('simulated', run({command = lens.command.command, arguments = lens.command.arguments})) end
report('explained', run({command = 'retry-lint.explain', arguments = {'RL203'}}))

vim.api.nvim_buf_set_lines(0, 1, 2, false, {'  "maxAttempts": 3'})
wait('the syntax error', has('RL001'))
report('syntax error', diagnostics())

local hover = request('textDocument/hover', {position = {line = 2, character = 6}})
report('hover', hover and hover.contents.value or vim.NIL)

vim.lsp.stop_client(client)
wait('the end of the server', function() return vim.lsp.client_is_stopped(client) end)
report('stopped', true)
vim.cmd('qall!')
