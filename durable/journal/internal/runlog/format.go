package runlog

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// MaxEntry is the largest size of what one Append writes: its records, and 4 bytes for each.
const MaxEntry = 64 << 20

const (
	magic      = "jaderun\x00"
	version    = 1
	fixedSize  = 8 + 2 + 2 + 8 + 8 // of a header, before the id
	headSize   = 4 + 1 + 4         // of an entry, before its records
	sumSize    = 4
	lengthSize = 4
	typeData   = 1 // the only type of an entry; 0 is none, so that zeros are no entry
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is what a file begins with. Times are in nanoseconds since 1970.
type header struct {
	id                string
	created, finished int64
}

func (h header) encode() []byte {
	b := make([]byte, 0, fixedSize+len(h.id)+sumSize)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint16(b, version)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(h.id)))
	b = binary.LittleEndian.AppendUint64(b, uint64(h.created))
	b = binary.LittleEndian.AppendUint64(b, uint64(h.finished))
	b = append(b, h.id...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeHeader reads the header that b begins with.
func decodeHeader(b []byte) (h header, ok bool) {
	if len(b) < fixedSize || string(b[:8]) != magic || binary.LittleEndian.Uint16(b[8:]) != version {
		return h, false
	}
	end := fixedSize + int(binary.LittleEndian.Uint16(b[10:]))
	if len(b) < end+sumSize || crc32.Checksum(b[:end], castagnoli) != binary.LittleEndian.Uint32(b[end:]) {
		return h, false
	}
	return header{
		id:       string(b[fixedSize:end]),
		created:  int64(binary.LittleEndian.Uint64(b[12:])),
		finished: int64(binary.LittleEndian.Uint64(b[20:])),
	}, true
}

// position is where the next entry of a file goes, and what ties it to its place.
type position struct {
	base uint32 // checksum of the header of the file
	end  int64  // offset of the next entry
	sum  uint32 // checksum of the entry before; of the first entry: base
}

func start(header []byte) position {
	base := binary.LittleEndian.Uint32(header[len(header)-sumSize:])
	return position{base: base, end: int64(len(header)), sum: base}
}

// append appends the entry with records to b, and returns the position behind it.
func (p position) append(b []byte, records [][]byte) ([]byte, position) {
	first := len(b)
	b = binary.LittleEndian.AppendUint32(b, uint32(sizeOf(records)))
	b = append(b, typeData)
	b = binary.LittleEndian.AppendUint32(b, p.headSum(b[first:]))
	for _, record := range records {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(record)))
		b = append(b, record...)
	}
	p.sum = p.entrySum(b[first:])
	b = binary.LittleEndian.AppendUint32(b, p.sum)
	p.end += int64(len(b) - first)
	return b, p
}

func sizeOf(records [][]byte) (size int) {
	for _, record := range records {
		size += lengthSize + len(record)
	}
	return size
}

func checkSize(records [][]byte) error {
	size := 0
	for _, record := range records {
		if size += lengthSize + len(record); size > MaxEntry || len(record) > MaxEntry {
			return fmt.Errorf("%w: it has %d bytes, and one Append can write %d", ErrTooLarge, len(record), MaxEntry-lengthSize)
		}
	}
	return nil
}

// headSum is the checksum of the length and the type of an entry. It holds for this file only.
func (p position) headSum(head []byte) uint32 {
	var b [4 + 5]byte
	binary.LittleEndian.PutUint32(b[:], p.base)
	copy(b[4:], head[:5])
	return crc32.Checksum(b[:], castagnoli)
}

// entrySum is the checksum of a whole entry, chained with that of the entry before.
func (p position) entrySum(entry []byte) uint32 {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], p.sum)
	return crc32.Update(crc32.Checksum(b[:], castagnoli), castagnoli, entry)
}

// length returns the size of the records of an entry that begins with head.
func (p position) length(head []byte) (n int64, ok bool) {
	n = int64(binary.LittleEndian.Uint32(head))
	if head[4] != typeData || n < lengthSize || n > MaxEntry {
		return 0, false
	}
	return n, p.headSum(head) == binary.LittleEndian.Uint32(head[5:])
}

// split returns the records of an entry.
func split(b []byte, records [][]byte) ([][]byte, bool) {
	for len(b) > 0 {
		if len(b) < lengthSize {
			return nil, false
		}
		n := binary.LittleEndian.Uint32(b)
		if b = b[lengthSize:]; uint64(n) > uint64(len(b)) {
			return nil, false
		}
		records = append(records, b[:n:n])
		b = b[n:]
	}
	return records, true
}
