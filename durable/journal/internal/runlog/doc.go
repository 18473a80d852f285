// Package runlog keeps the records of runs in a folder, a file a run. What it has acknowledged survives a crash.
//
// # Guarantees
//
//   - A call that returned nil survives a crash of the process, and with [SyncAlways] a crash of the machine.
//   - [Store.Load] returns a prefix of the records that were given to Append, in their order. The prefix has all acknowledged ones. It may have those of
//     the last Append, which was not acknowledged: all of them, or none.
//   - A tail that a crash has torn is cut off. Anything else that is wrong in a file is a [CorruptError], and the file stays as it is.
//   - Compact and Finish replace the records of a run at once. After a crash there are the old or the new.
//   - A write that failed takes nothing with it that was acknowledged.
//   - One store at a time has a folder. The operating system frees the folder when the process ends, even by kill -9.
//
// # What it does not do
//
//   - It cannot tell a last entry that was damaged later from one that a crash has torn: it cuts off both. It leaves the damage alone if any entry follows.
//   - With [SyncNever] it promises nothing after a crash of the machine. A run may be lost, shortened, refused as corrupt, or back after its removal.
//   - It does not notice that somebody removes the folder while it is open. Appends to open files go on as if nothing had happened.
//   - It does not work on network file systems, whose locks and syncs it cannot trust, and on systems for which [syscall] has no file locks (Solaris, AIX).
//   - It does not encrypt. Files are readable for their owner only (0600, folders 0700); on Windows they inherit the rights of the folder.
//   - It joins no fsyncs of different runs: each run is a file. Fsyncs run at the same time, and file systems with a journal join them. Those of a folder,
//     which Create and Finish need, are joined.
//
// # Folder
//
//	lock                              locked while a store is open; holds the id of the process
//	format                            "jade journal 1\n"
//	runs/<created>-<key>.run          a run
//	done/<created>-<finished>-<key>.run   a finished run
//	….tmp                             a file that is being written; Open removes it
//
// Times are nanoseconds since 1970 in 16 hexadecimal digits. A key is the id, in which "=xx" stands for each byte other than a-z, 0-9, "-", "_" and ".".
// If that takes more than 100 characters, the key is "~" and the SHA-256 of the id in hexadecimal. So a listing needs no file of a run, other than those
// with such a hash. An id that has a file in both folders is finished.
//
// # File
//
// Numbers are little-endian. Checksums are CRC-32C (Castagnoli).
//
//	header  8     "jaderun\x00"
//	        2     version: 1
//	        2     length of the id
//	        8     created
//	        8     finished; 0: not finished
//	        …     id
//	        4     checksum of the header so far
//	entry   4     length of all records of the entry, with their lengths; at most 64 MiB
//	        1     type: 1
//	        4     checksum of: checksum of the header, length, type
//	        …     for each record: 4 bytes length, and the record
//	        4     checksum of: checksum of the entry before (of the first entry: that of the header), the entry so far
//
// One Append writes one entry. So a file in which entries are swapped, or are missing before others, or come from another file, is corrupt.
//
// An entry that is wrong is torn if no head of an entry with the right checksum is behind it, at any offset: an entry is written only after all before it
// have been acknowledged. A header that is wrong, without any entry behind it, is that of a run whose creation was not acknowledged: a run without records.
package runlog
