"""What a file means, per kind of file: pure functions on bytes, and the graph of what loads what.

`entry` finds where Python starts in a command (`shell` splits it, `variables` fills it in, `launchers` and
`wrappers` know the programs); `expand` follows it into the repository's own files: `projects` for commands
and package folders, `make` for targets. `starting` puts both together, where a walk begins.
`imports` and `notebook` say what one source can load (`dynamic`: by calls, `search_path`: roots that
it adds, `strings`: names in plain text, `values`: what an expression is known to be); `references`
holds their results, `parses` keeps them by blob, in memory today, behind a Protocol for a cache on disk.
`tree` and `modules` turn names into files of one snapshot; `graph` joins both; `closure` walks it.
`configured`, `config_file` and `filling` follow Hydra and its kin into files of configuration.

A comparison by meaning instead of bytes belongs beside `imports`: one small file for each kind, on the
same content, chosen by `parses.kind_of` and kept in the same cache. Base and head each have their own
graph and share the parses; whoever plans takes the union of both closures.
"""
