"""nginx on this host: who answers, the processes behind it, and what its log says of them."""
