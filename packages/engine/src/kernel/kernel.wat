;; The vector kernel: int8 dot products and Hamming distances over rows in one imported memory.
;; Its twin in plain TypeScript is scalar.ts; the two must agree bit for bit. Rebuild with
;;   node packages/engine/scripts/build-kernel.ts
;;
;; $query of the int8 scans is widened to i16: a row then costs one widening load, one multiply-add
;; and one addition per 8 dimensions. One row is read at a time, front to back: reading four rows
;; side by side was 15 % faster in the cache and more than twice as slow out of it.
;; $dims is a multiple of 16 and at least 16; a caller pads its rows with zeros.
(module
  (import "heap" "memory" (memory 1))

  (func $dot (param $query i32) (param $row i32) (param $dims i32) (result i32)
    (local $even v128) (local $odd v128)
    (loop $next
      (local.set $even (i32x4.add (local.get $even) (i32x4.dot_i16x8_s
        (v128.load (local.get $query)) (v128.load8x8_s (local.get $row)))))
      (local.set $odd (i32x4.add (local.get $odd) (i32x4.dot_i16x8_s
        (v128.load offset=16 (local.get $query)) (v128.load8x8_s offset=8 (local.get $row)))))
      (local.set $query (i32.add (local.get $query) (i32.const 32)))
      (local.set $row (i32.add (local.get $row) (i32.const 16)))
      (br_if $next (local.tee $dims (i32.sub (local.get $dims) (i32.const 16)))))
    (local.set $even (i32x4.add (local.get $even) (local.get $odd)))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $even)) (i32x4.extract_lane 1 (local.get $even)))
      (i32.add (i32x4.extract_lane 2 (local.get $even)) (i32x4.extract_lane 3 (local.get $even)))))

  ;; out[i] = query . row i, as i32, for $count rows that follow each other.
  (func (export "scanInt8")
    (param $query i32) (param $rows i32) (param $count i32) (param $dims i32) (param $out i32)
    (if (i32.eqz (local.get $count)) (then (return)))
    (loop $next
      (i32.store (local.get $out) (call $dot (local.get $query) (local.get $rows) (local.get $dims)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $rows (i32.add (local.get $rows) (local.get $dims)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; out[i] = query . row ids[i]; ids are u32 and trusted to lie inside the rows.
  (func (export "scanInt8Ids")
    (param $query i32) (param $rows i32) (param $ids i32) (param $count i32) (param $dims i32) (param $out i32)
    (if (i32.eqz (local.get $count)) (then (return)))
    (loop $next
      (i32.store (local.get $out) (call $dot (local.get $query)
        (i32.add (local.get $rows) (i32.mul (i32.load (local.get $ids)) (local.get $dims)))
        (local.get $dims)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $ids (i32.add (local.get $ids) (i32.const 4)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; Bit d of bit row i is the sign of dimension d of row i. A bit row takes $stride bytes, a multiple
  ;; of 16; the bytes beyond its $dims bits are left alone.
  (func (export "packBits")
    (param $rows i32) (param $count i32) (param $dims i32) (param $bits i32) (param $stride i32)
    (local $left i32) (local $at i32)
    (if (i32.eqz (local.get $count)) (then (return)))
    (loop $nextRow
      (local.set $left (local.get $dims))
      (local.set $at (local.get $bits))
      (loop $next
        (i32.store16 (local.get $at) (i8x16.bitmask (v128.load (local.get $rows))))
        (local.set $at (i32.add (local.get $at) (i32.const 2)))
        (local.set $rows (i32.add (local.get $rows) (i32.const 16)))
        (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 16)))))
      (local.set $bits (i32.add (local.get $bits) (local.get $stride)))
      (br_if $nextRow (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; out[i] = Hamming distance of the query to bit row i, as u16; histogram[distance] += 1, as u32.
  ;; i64.popcnt was a third faster than i8x16.popcnt, and the histogram costs less than half of one in JavaScript.
  (func (export "scanBits")
    (param $query i32) (param $bits i32) (param $count i32) (param $stride i32) (param $out i32) (param $histogram i32)
    (local $left i32) (local $at i32) (local $low i64) (local $high i64) (local $bin i32)
    (if (i32.eqz (local.get $count)) (then (return)))
    (loop $nextRow
      (local.set $left (local.get $stride))
      (local.set $at (local.get $query))
      (local.set $low (i64.const 0))
      (local.set $high (i64.const 0))
      (loop $next
        (local.set $low (i64.add (local.get $low) (i64.popcnt
          (i64.xor (i64.load (local.get $at)) (i64.load (local.get $bits))))))
        (local.set $high (i64.add (local.get $high) (i64.popcnt
          (i64.xor (i64.load offset=8 (local.get $at)) (i64.load offset=8 (local.get $bits))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $bits (i32.add (local.get $bits) (i32.const 16)))
        (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 16)))))
      (local.set $low (i64.add (local.get $low) (local.get $high)))
      (i64.store16 (local.get $out) (local.get $low))
      (local.set $bin (i32.add (local.get $histogram) (i32.shl (i32.wrap_i64 (local.get $low)) (i32.const 2))))
      (i32.store (local.get $bin) (i32.add (i32.load (local.get $bin)) (i32.const 1)))
      (local.set $out (i32.add (local.get $out) (i32.const 2)))
      (br_if $nextRow (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
)
