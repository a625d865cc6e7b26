package org.vocabeam.transforms.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProgramPoolTest {
  private static final class Loaded implements AutoCloseable {
    private boolean closed;

    @Override
    public void close() {
      closed = true;
    }
  }

  private record Named(String name) implements ProgramPool.Program<Loaded> {
    @Override
    public Loaded load() {
      return new Loaded();
    }
  }

  private static ProgramPool.Lease<Loaded> lease(String name) {
    return ProgramPool.lease(new Named(name));
  }

  @Test
  void aProgramIsLeasedAgainWhenItWasGivenBack() {
    Loaded first;
    try (ProgramPool.Lease<Loaded> lease = lease("again")) {
      first = lease.program();
      try (ProgramPool.Lease<Loaded> beside = lease("again")) {
        assertNotSame(first, beside.program(), "one user at a time");
      }
    }
    try (ProgramPool.Lease<Loaded> one = lease("again");
        ProgramPool.Lease<Loaded> other = lease("again")) {
      assertTrue(one.program() == first || other.program() == first);
      assertFalse(first.closed);
    }
  }

  @Test
  void idleProgramsMakeRoomForAnotherKindOfWork() {
    Loaded idle;
    try (ProgramPool.Lease<Loaded> lease = lease("idle")) {
      idle = lease.program();
    }
    try (ProgramPool.Lease<Loaded> busy = lease("busy")) {
      assertTrue(idle.closed);
      try (ProgramPool.Lease<Loaded> other = lease("other")) {
        assertFalse(busy.program().closed, "it is in use");
        assertFalse(other.program().closed);
      }
    }
  }

  @Test
  void aLeaseEndsOnce() {
    ProgramPool.Lease<Loaded> lease = lease("once");
    Loaded program = lease.program();
    lease.close();
    lease.close();
    assertThrows(IllegalStateException.class, lease::program);
    try (ProgramPool.Lease<Loaded> one = lease("once");
        ProgramPool.Lease<Loaded> other = lease("once")) {
      assertSame(program, one.program());
      assertNotSame(program, other.program());
      assertEquals(new Named("once"), new Named("once"));
    }
  }
}
