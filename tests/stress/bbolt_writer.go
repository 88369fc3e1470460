// A database like containerd's meta.db, written by bbolt itself: bbolt_writer FILE SECONDS
//
// Commits as fast as it can, in bursts with pauses. After commit N everything in the database says N: every container's
// image, labels and spec, and the image's digest. Buckets are deleted and made again, values grow over several pages and
// shrink, so that pages change hands all the time. Prints "ready" after the first commit and "commits N" at the end.
package main

import (
	"bytes"
	"fmt"
	"log"
	"math/rand"
	"os"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"
)

const (
	containers = 20
	pageSize   = 4096
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// child deletes and makes the bucket again when asked to, else takes the one that is there.
func child(parent *bolt.Bucket, name string, anew bool) *bolt.Bucket {
	if anew && parent.Bucket([]byte(name)) != nil {
		must(parent.DeleteBucket([]byte(name)))
	}
	bucket, err := parent.CreateBucketIfNotExists([]byte(name))
	must(err)
	return bucket
}

func put(bucket *bolt.Bucket, key, value string) {
	must(bucket.Put([]byte(key), []byte(value)))
}

// spec is the generation over and over, on up to six pages.
func spec(generation, container int) string {
	word := fmt.Sprintf("%019d ", generation)
	size := (generation*13 + container*7) % 6 * pageSize / len(word)
	return string(bytes.Repeat([]byte(word), size+1))
}

func writeContainer(bucket *bolt.Bucket, generation, i int) {
	number := strconv.Itoa(generation)
	put(bucket, "image", "image-"+number)
	put(bucket, "spec", spec(generation, i))
	labels := child(bucket, "labels", (generation+i)%2 == 0)
	put(labels, "io.containerd.image.config.stop-signal", number)
	put(labels, "nerdctl/stop-timeout", number)
	// A small bucket lives within its parent's page, a larger one has pages of its own.
	filler := string(bytes.Repeat([]byte("x"), (generation*7+i)%5*300))
	for j := 0; j < 4; j++ {
		put(labels, fmt.Sprintf("filler-%d", j), filler)
	}
}

func writeGeneration(tx *bolt.Tx, generation int) error {
	root, err := tx.CreateBucketIfNotExists([]byte("v1"))
	must(err)
	namespace := child(root, "default", false)
	all := child(namespace, "containers", generation%50 == 0)
	for i := 0; i < containers; i++ {
		writeContainer(child(all, fmt.Sprintf("c%02d", i), (generation+i)%3 == 0), generation, i)
	}
	// Others come and go between them, so that pages are split and merged.
	for i := 0; i < containers; i++ {
		name := fmt.Sprintf("c%02d-passing", i)
		if (generation/10+i)%4 == 0 {
			put(child(all, name, true), "spec", spec(generation, i))
		} else if all.Bucket([]byte(name)) != nil {
			must(all.DeleteBucket([]byte(name)))
		}
	}
	images := child(namespace, "images", true)
	target := child(child(images, fmt.Sprintf("image-%d", generation), false), "target", false)
	put(target, "digest", fmt.Sprintf("sha256:%d", generation))
	return nil
}

func main() {
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	must(err)
	database, err := bolt.Open(os.Args[1], 0o600, &bolt.Options{NoSync: true, PageSize: pageSize})
	must(err)
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	generation := 0
	for generation == 0 || time.Now().Before(end) {
		burst := 1 + rand.Intn(8)
		for i := 0; i < burst; i++ {
			generation++
			must(database.Update(func(tx *bolt.Tx) error { return writeGeneration(tx, generation) }))
			if generation == 1 {
				fmt.Println("ready")
			}
		}
		time.Sleep(time.Duration(rand.Intn(2000)) * time.Microsecond)
	}
	must(database.Close())
	fmt.Println("commits", generation)
}
