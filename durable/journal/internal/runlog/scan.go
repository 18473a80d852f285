package runlog

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// content is what a file holds.
type content struct {
	records [][]byte
	at      position
	torn    bool // bytes follow that no Append has acknowledged
	blank   bool // the header itself is torn, and there are no records
}

// scan reads the file name, which has to begin with h. It changes nothing.
func scan(f file, name string, h header) (c content, err error) {
	size, err := f.Size()
	if err != nil {
		return c, err
	}
	corrupt := func(offset int64, format string, a ...any) (content, error) {
		return content{}, &CorruptError{File: name, Offset: offset, Reason: fmt.Sprintf(format, a...)}
	}
	want := h.encode()
	c.at = start(want)
	in := bufio.NewReaderSize(io.NewSectionReader(f, 0, size), int(min(size, 64<<10)))
	got := make([]byte, min(size, int64(len(want))))
	if _, err := io.ReadFull(in, got); err != nil {
		return c, err
	}
	if !bytes.Equal(got, want) {
		if len(got) >= 10 && string(got[:8]) == magic {
			if v := binary.LittleEndian.Uint16(got[8:]); v != version && v != 0 {
				return content{}, fmt.Errorf("file %q has format %d, and this version of Jade reads format %d: %w", name, v, version, ErrVersion)
			}
		}
		if other, ok := decodeHeader(got); ok {
			return corrupt(0, "it belongs to run %q, created at %d", other.id, other.created)
		}
		after, err := c.at.after(f, 0, size)
		switch {
		case err != nil:
			return c, err
		case after != "":
			return corrupt(0, "its header is wrong, and %s", after)
		}
		c.blank, c.torn = true, true
		return c, nil
	}
	for c.at.end < size {
		entry, err := c.at.read(in, size)
		if err != nil {
			return c, err
		}
		if entry == nil {
			after, err := c.at.after(f, c.at.end+1, size)
			switch {
			case err != nil:
				return c, err
			case after != "":
				return corrupt(c.at.end, "the checksum of an entry is wrong, and %s", after)
			}
			c.torn = true
			return c, nil
		}
		records, ok := split(entry[headSize:len(entry)-sumSize], c.records)
		if !ok {
			return corrupt(c.at.end, "the checksum of an entry is right, and the lengths of its records are not")
		}
		c.records = records
		c.at.sum = binary.LittleEndian.Uint32(entry[len(entry)-sumSize:])
		c.at.end += int64(len(entry))
	}
	return c, nil
}

// read reads the entry at p. It returns nil if there is none that is whole. It allocates by a length only if its checksum is right and the file has as many bytes.
func (p position) read(in *bufio.Reader, size int64) (entry []byte, err error) {
	left := size - p.end
	if left < headSize+sumSize {
		return nil, nil
	}
	head, err := in.Peek(headSize)
	if err != nil {
		return nil, err
	}
	n, ok := p.length(head)
	if !ok || n > left-headSize-sumSize {
		return nil, nil
	}
	entry = make([]byte, headSize+n+sumSize)
	if _, err := io.ReadFull(in, entry); err != nil {
		return nil, err
	}
	if p.entrySum(entry[:headSize+n]) != binary.LittleEndian.Uint32(entry[headSize+n:]) {
		return nil, nil
	}
	return entry, nil
}

// tail is how many bytes after looks at. A crash tears one Append, or several if nothing is synced.
const tail = 4 * MaxEntry

// after says what shows that the bytes from an offset on are no torn tail. It returns "" if nothing does. The head of an entry is enough: an entry is
// written after all before it have been acknowledged.
func (p position) after(f file, from, size int64) (what string, err error) {
	if size-from > tail {
		return fmt.Sprintf("%d bytes follow, more than a crash leaves", size-from), nil
	}
	chunk := make([]byte, min(max(size-from, 0), 64<<10))
	for size-from >= headSize {
		b := chunk[:min(size-from, int64(len(chunk)))]
		if n, err := f.ReadAt(b, from); n < len(b) {
			return "", err
		}
		for i := 0; i+headSize <= len(b); i++ {
			if b[i+4] != typeData {
				continue
			}
			if _, ok := p.length(b[i:]); ok {
				return fmt.Sprintf("another entry follows at byte %d", from+int64(i)), nil
			}
		}
		from += int64(len(b)) - headSize + 1
	}
	return "", nil
}
