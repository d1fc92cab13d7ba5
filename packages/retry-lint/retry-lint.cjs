#!/usr/bin/env node
require('steadfetch/retry-lint');
