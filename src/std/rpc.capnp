# The remote procedure call protocol: what two vats say to each other over one connection.
#
# Either vat hosts objects and uses objects of the other. Each keeps four tables for the connection. *Questions* are calls this
# vat made and has not finished; *answers* are the calls the peer made, so a question here is an answer there, under the same
# id. *Imports* are objects of the peer's that this vat may use; *exports* are the objects of its own that the peer may use, so
# one vat's import is the other's export, under the same id. Who asks chooses the question id, who hosts chooses the export id;
# an id can be used anew once both sides have let go of it.
#
# An answer is a promise: calls can be sent to the capabilities in it before it has come (pipelining), and a reference
# can turn out to live elsewhere than first thought (`Resolve`). Whatever path they take, calls made on one
# reference arrive in the order they were made; `Disembargo` is what keeps that true when a path gets shorter.
#
# The parts about a third vat (`Provide`, `Accept`, `ThirdPartyAnswer` and the descriptors that go with them) work with types
# that the network at hand defines; here they are `AnyPointer` under telling names.

@0xb312981b2552a250;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("capnp::rpc");

using QuestionId = UInt32;
# Chosen by the sender of the question. Taken until the question's `Return` was received and its `Finish` sent.

using AnswerId = QuestionId;
# The same number, seen from the vat that answers.

using ExportId = UInt32;
# Chosen by the vat that hosts the object. Taken until the peer has released all its references.

using ImportId = ExportId;
# The same number, seen from the vat that uses the object.

struct Message {
  # What is sent: each message on the transport is one of these.

  union {
    unimplemented @0 :Message;
    # A message of yours that I do not understand, returned to you.

    abort @1 :Exception;
    # You broke the protocol, or I cannot go on. The connection is over; nothing follows this.

    bootstrap @8 :Bootstrap;
    call @2 :Call;
    return @3 :Return;
    finish @4 :Finish;

    resolve @5 :Resolve;
    release @6 :Release;
    disembargo @13 :Disembargo;

    obsoleteSave @7 :AnyPointer;
    # Answered with `unimplemented`. See `Persistent` for how it is done now.

    obsoleteDelete @9 :AnyPointer;
    # Answered with `unimplemented`.

    provide @10 :Provide;
    accept @11 :Accept;
    thirdPartyAnswer @14 :ThirdPartyAnswer;

    join @12 :Join;
  }
}

struct Bootstrap {
  # Asks for the object that a vat offers to whoever connects. The answer is a `Return` whose content is that capability.

  questionId @0 :QuestionId;

  deprecatedObjectId @1 :AnyPointer;
  # Once chose among several objects. A vat that wants that offers it as a method of its bootstrap object.
}

struct Call {
  # Starts a method call.

  questionId @0 :QuestionId;

  target @1 :MessageTarget;
  # The object that is called.

  interfaceId @2 :UInt64;
  # The interface that declares the method, which may be a superclass of the one the caller knows the object by.

  methodId @3 :UInt16;
  # The method's ordinal in that interface.

  allowThirdPartyTailCall @8 :Bool = false;
  # The caller can deal with a `Return` that says `awaitFromThirdParty`.

  noPromisePipelining @9 :Bool = false;
  # A hint: nothing will be pipelined on this call, so that its answer needs no pipeline. Sending such a call anyway is the
  # caller's error and may fail.

  onlyPromisePipeline @10 :Bool = false;
  # A hint: the caller wants only what it pipelines on the call, and will not look at the results.

  params @4 :Payload;
  # The arguments: the content is a struct of the method's parameter type.

  sendResultsTo :union {
    # Where the results go.

    caller @5 :Void;
    # Into a `Return`, the usual way.

    yourself @6 :Void;
    # Nowhere: the answering vat keeps them. The caller has promised the results to the answering vat itself, in a `Return`
    # that says `takeFromOtherQuestion`. This is how a call is handed on to where it came from.

    thirdParty @7 :ThirdPartyToContact;
    # To another vat, by means of a `ThirdPartyAnswer`.
  }
}

struct Return {
  # Ends a question, one way or another. Its id stays in use until the `Finish`.

  answerId @0 :AnswerId;

  releaseParamCaps @1 :Bool = true;
  # The capabilities in the parameters are hereby released, once each. If false, the answering vat keeps them and will send
  # `Release` messages of its own.

  noFinishNeeded @8 :Bool = false;
  # A hint: the answer holds on to nothing, and the answering vat has forgotten it already; the caller may leave out
  # the `Finish`. Sending one does no harm.

  union {
    results @2 :Payload;
    # It went well: the content is a struct of the method's result type. For a bootstrap it is the capability itself.

    exception @3 :Exception;
    # It failed.

    canceled @4 :Void;
    # The caller's `Finish` arrived first, and the call was given up.

    resultsSentElsewhere @5 :Void;
    # The call said to send the results somewhere else, and that is done.

    takeFromOtherQuestion @6 :QuestionId;
    # The results are those of this question, which the sender of this `Return` asked (with `sendResultsTo.yourself`) and
    # the receiver has answered or will answer.

    awaitFromThirdParty @7 :ThirdPartyToAwait;
    # Another vat will bring the results, in a `ThirdPartyAnswer`. Only sent if the call allowed it.
  }
}

struct Finish {
  # The caller needs the answer no longer: the results were received, or never will be wanted. If they have not been sent
  # yet, this asks to cancel the call.

  questionId @0 :QuestionId;

  releaseResultCaps @1 :Bool = true;
  # The capabilities in the results are hereby released, once each. Usually true for a cancelled call, whose results nobody
  # will look at, and false otherwise.

  requireEarlyCancellationWorkaround @2 :Bool = true;
  # Some receivers may cancel a call before they have delivered it. If true, the call is delivered before it may be
  # cancelled. Vats that know of this flag set it to false and get plain behaviour.
}

struct Resolve {
  # A promise, exported earlier as `senderPromise`, has become what it is going to be.

  promiseId @0 :ExportId;
  # The promise. It stays exported until released, so what it resolves to is another reference.

  union {
    cap @1 :CapDescriptor;
    # It is this object, or this other promise.

    exception @2 :Exception;
    # It is broken: calls on it fail with this.
  }
}

struct Release {
  # References to an object of the peer's are given up.

  id @0 :ImportId;

  referenceCount @1 :UInt32;
  # How many. The host counts one for every time it sent the capability, so that references in flight are not lost.
}

struct Disembargo {
  # Walks the long way to an object, behind the calls that took it, and comes back. A vat that has learned a shorter way holds
  # ("embargoes") its new calls until then, so that they cannot overtake.

  target @0 :MessageTarget;
  # The promise that turned out to be an object on this side of the connection.

  using EmbargoId = UInt32;
  # Chosen by the vat that holds its calls.

  using ThirdPartyEmbargoId = Data;
  # The same for an embargo that a third vat lifts. Whoever introduces vats to each other makes it up.

  context :union {
    senderLoopback @1 :EmbargoId;
    # The way out: the receiver finds that the target leads back to the sender, and answers with `receiverLoopback`.

    receiverLoopback @2 :EmbargoId;
    # The way back, with the id that came out. The embargo is over.

    accept @3 :ThirdPartyEmbargoId;
    # Follows the calls to the vat that hosts an object which was handed to another vat; there it lets the
    # `Accept` with this id through.
  }
}

struct Provide {
  # An introducer asks the host of an object to hold it ready for a third vat. It is a question: a `Finish` before the
  # recipient has come withdraws the offer.

  questionId @0 :QuestionId;

  target @1 :MessageTarget;
  # The object, as the introducer refers to it.

  recipient @2 :ThirdPartyToAwait;
  # Who will come for it.
}

struct Accept {
  # The recipient of an introduction picks up the object. Answered by a `Return` whose content is the capability.

  questionId @0 :QuestionId;

  provision @1 :ThirdPartyCompletion;
  # Proves to the host that this is the vat the `Provide` spoke of.

  embargo @2 :Disembargo.ThirdPartyEmbargoId;
  # If not null, the `Return` waits until the host has got a `Disembargo` for `accept` with this id: by then all calls that
  # went through the introducer have arrived.
}

struct ThirdPartyAnswer {
  # Brings the answer to a question that the receiver asked another vat. From here on the sender is the one that answers.

  completion @0 :ThirdPartyCompletion;
  # Says which question: it matches a `ThirdPartyToAwait` in the `Return` that pointed here.

  answerId @1 :AnswerId;
  # The id of the question on this connection. For once the answering side chooses it, so it comes from a range that is kept
  # for that: 2^30 up to, not including, 2^31. The `Return` and the `Finish` that follow go by this id.
}

struct Join {
  # Asks whether several capabilities are one and the same object, by sending one of these along each of them. Not in use yet.

  questionId @0 :QuestionId;
  target @1 :MessageTarget;
  keyPart @2 :JoinKeyPart;
}

struct MessageTarget {
  # An object of the receiver of the message.

  union {
    importedCap @0 :ImportId;
    # One the receiver has exported.

    promisedAnswer @1 :PromisedAnswer;
    # One that is or will be in the answer to a question the receiver was asked.
  }
}

struct Payload {
  # Parameters or results: data with capabilities in it.

  content @0 :AnyPointer;
  # Capability pointers in here hold an index into `capTable`.

  capTable @1 :List(CapDescriptor);
}

struct CapDescriptor {
  # A capability in a message, in the words of its sender.

  union {
    none @0 :Void;
    # There is none: null.

    senderHosted @1 :ExportId;
    # An object of mine.

    senderPromise @2 :ExportId;
    # Something I do not know yet; a `Resolve` will follow. Calls may be sent to it right away.

    receiverHosted @3 :ImportId;
    # An object of yours.

    receiverAnswer @4 :PromisedAnswer;
    # Something that is in the answer to a question I asked you.

    thirdPartyHosted @5 :ThirdPartyCapDescriptor;
    # An object of another vat, which you can reach directly.
  }

  attachedFd @6 :UInt8 = 0xff;
  # Index of a file descriptor that was sent along with the message and belongs to the capability. 0xff for none.
}

struct PromisedAnswer {
  # A capability in the answer to a question, whether or not the answer is there.

  questionId @0 :QuestionId;

  transform @1 :List(Op);
  # How to get from the content of the results to the capability, step by step.

  struct Op {
    union {
      noop @0 :Void;

      getPointerField @1 :UInt16;
      # Follow this pointer of the struct.
    }
  }
}

struct ThirdPartyCapDescriptor {
  # A capability that a third vat hosts.

  id @0 :ThirdPartyToContact;
  # Whom to ask for it.

  vineId @1 :ExportId;
  # An object of the sender's that stands for it: it keeps the introduction alive until released, and a receiver that cannot
  # or will not contact the third vat calls this instead.
}

struct Exception {
  # Why something failed.

  reason @0 :Text;
  # For people.

  type @3 :Type;
  # For programs: what can be done about it.

  enum Type {
    failed @0;
    # It will not work when tried again in the same way.

    overloaded @1;
    # Too much is going on; it may work later.

    disconnected @2;
    # A connection that it needs was lost; it may work over a new one.

    unimplemented @3;
    # There is no such method. The caller may have another way of doing it.
  }

  obsoleteIsCallersFault @1 :Bool;
  # Ignored.

  obsoleteDurability @2 :UInt16;
  # Ignored; see `type`.

  trace @4 :Text;
  # The stack where it happened, if the sender is willing to show it.

  details @5 :List(Detail);
  # What applications add, for applications that know it.

  struct Detail {
    detailId @0 :UInt64;
    # Says what kind of detail it is: a random number, as ids of types are.

    data @1 :Data;
  }
}

using SturdyRef = AnyPointer;
# A reference that can be stored; see `Persistent`.

using ThirdPartyCompletion = AnyPointer;
# What a vat shows to a third vat to take up, or to complete, what was arranged for it.

using ThirdPartyToAwait = AnyPointer;
# Tells a vat whom to expect: another vat will connect and show the `ThirdPartyCompletion` that belongs to this.

using ThirdPartyToContact = AnyPointer;
# Tells a vat whom to go to: where the other vat is, and what to show there.

using JoinKeyPart = AnyPointer;
# One part of a join.

using JoinResult = AnyPointer;
# The outcome of a join, as far as one of its parts knows it.
