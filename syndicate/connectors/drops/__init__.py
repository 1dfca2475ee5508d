"""Packages of files that are dropped where a partner looks for them: a folder, an SFTP server, a bucket."""
