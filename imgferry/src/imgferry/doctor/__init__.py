"""What `imgferry doctor` looks at: the service through its API, and the settings that are here."""
