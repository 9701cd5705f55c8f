# How schemas are represented as Cap'n Proto data: what a compiler hands to code generators, and what programs look at to
# handle types they were not built with.

@0xa93fc509624c72d9;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("capnp::schema");

using Id = UInt64;
# Identifies a declaration, everywhere and for good. The highest bit is set.

struct Node {
  # A declaration with an id: a file, a type, a constant or an annotation. Groups, and the structs that a method's parameter
  # and result lists make, are nodes too.

  id @0 :Id;

  displayName @1 :Text;
  # For people: the file's name, a colon, and the path of the declaration. Not an identity; files move.

  displayNamePrefixLength @2 :UInt32;
  # How many bytes of `displayName` come before the declaration's own name.

  scopeId @3 :Id;
  # The node around this one. Zero for a file, and for the structs of parameter and result lists.

  parameters @32 :List(Parameter);
  # The node's own type parameters.

  isGeneric @33 :Bool;
  # The node, or a node around it, has type parameters.

  struct Parameter {
    name @0 :Text;
  }

  nestedNodes @4 :List(NestedNode);
  # The declarations in this scope, in the order of the source. Groups are not among them.

  struct NestedNode {
    name @0 :Text;
    # Without its scope.

    id @1 :Id;
  }

  annotations @5 :List(Annotation);

  union {
    file @6 :Void;

    struct :group {
      dataWordCount @7 :UInt16;
      # How many words of plain data there are.

      pointerCount @8 :UInt16;
      # How many pointers follow them.

      preferredListEncoding @9 :ElementSize;
      # How lists of this struct are written. Always `inlineComposite` nowadays.

      isGroup @10 :Bool;
      # A group or named union. It has the sizes of the struct it is in, and its fields' offsets are offsets in that struct.

      discriminantCount @11 :UInt16;
      # How many fields are in the unnamed union; zero if there is none.

      discriminantOffset @12 :UInt32;
      # Where the union's tag is, in units of 16 bits. Meaningless without a union.

      fields @13 :List(Field);
      # In the order of their ordinals. A group stands where its first member would.
    }

    enum :group {
      enumerants @14 :List(Enumerant);
      # An enumerant's index is its value.
    }

    interface :group {
      methods @15 :List(Method);
      # A method's index is its ordinal.

      superclasses @31 :List(Superclass);
    }

    const :group {
      type @16 :Type;
      value @17 :Value;
    }

    annotation :group {
      type @18 :Type;

      targetsFile @19 :Bool;
      targetsConst @20 :Bool;
      targetsEnum @21 :Bool;
      targetsEnumerant @22 :Bool;
      targetsStruct @23 :Bool;
      targetsField @24 :Bool;
      targetsUnion @25 :Bool;
      targetsGroup @26 :Bool;
      targetsInterface @27 :Bool;
      targetsMethod @28 :Bool;
      targetsParam @29 :Bool;
      targetsAnnotation @30 :Bool;
    }
  }

  startByte @34 :UInt32;
  # Where the declaration starts in its file, in bytes.

  endByte @35 :UInt32;
  # Where it ends, exclusive.

  struct SourceInfo {
    # What the source says beyond the schema's meaning. Kept apart from the node so that nodes can be shipped without it.

    id @0 :Id;
    # The node this is about.

    docComment @1 :Text;
    # The comment that belongs to the declaration, `#` marks removed.

    members @2 :List(Member);
    # One for each field, enumerant or method, in the same order as in the node.

    struct Member {
      docComment @0 :Text;
      startByte @1 :UInt32;
      endByte @2 :UInt32;
    }

    startByte @3 :UInt32;
    endByte @4 :UInt32;
  }
}

struct Field {
  # A field of a struct, or a group in it.

  name @0 :Text;

  codeOrder @1 :UInt16;
  # Position in the source, counted among the members of the same parent.

  annotations @2 :List(Annotation);

  const noDiscriminant :UInt16 = 0xffff;

  discriminantValue @3 :UInt16 = Field.noDiscriminant;
  # The union tag that says this field is the one that is set. `noDiscriminant` for a field outside the union.

  union {
    slot :group {
      # An ordinary field, with a place of its own in the struct.

      offset @4 :UInt32;
      # Counted in multiples of what the field takes up: a `UInt32` at offset 2 starts at byte 8. Pointers count from the start of the pointer
      # section, bools in bits.

      type @5 :Type;
      defaultValue @6 :Value;

      hadExplicitDefault @10 :Bool;
      # A default was written down, even if it is the one the field would have had.
    }

    group :group {
      typeId @7 :Id;
      # The group's node.
    }
  }

  ordinal :union {
    implicit @8 :Void;
    # There is none: a group.

    explicit @9 :UInt16;
    # The number after the `@`; for a method's parameter, its position.
  }
}

struct Enumerant {
  name @0 :Text;

  codeOrder @1 :UInt16;
  # Position in the source.

  annotations @2 :List(Annotation);
}

struct Superclass {
  # An interface that another extends.

  id @0 :Id;
  brand @1 :Brand;
}

struct Method {
  name @0 :Text;

  codeOrder @1 :UInt16;
  # Position in the source.

  implicitParameters @7 :List(Node.Parameter);
  # Type parameters of the method itself. A caller does not pass them; they follow from the parameters' types.

  paramStructType @2 :Id;
  # The struct of the parameters: a declared one, or the one that the parameter list made (its scope is zero then).

  paramBrand @5 :Brand;

  resultStructType @3 :Id;
  # The struct of the results. `StreamResult` of `stream.capnp` for a streaming method.

  resultBrand @6 :Brand;

  annotations @4 :List(Annotation);
}

struct Type {
  # What a field, constant or annotation holds.

  union {
    void @0 :Void;
    bool @1 :Void;
    int8 @2 :Void;
    int16 @3 :Void;
    int32 @4 :Void;
    int64 @5 :Void;
    uint8 @6 :Void;
    uint16 @7 :Void;
    uint32 @8 :Void;
    uint64 @9 :Void;
    float32 @10 :Void;
    float64 @11 :Void;
    text @12 :Void;
    data @13 :Void;

    list :group {
      elementType @14 :Type;
    }

    enum :group {
      typeId @15 :Id;
      brand @21 :Brand;
    }
    struct :group {
      typeId @16 :Id;
      brand @22 :Brand;
    }
    interface :group {
      typeId @17 :Id;
      brand @23 :Brand;
    }

    anyPointer :union {
      unconstrained :union {
        # A pointer whose type the schema leaves open.

        anyKind @18 :Void;
        # `AnyPointer`.

        struct @25 :Void;
        # `AnyStruct`.

        list @26 :Void;
        # `AnyList`.

        capability @27 :Void;
        # `Capability`.
      }

      parameter :group {
        # A type parameter of this or an enclosing declaration.

        scopeId @19 :Id;
        # The declaration that has the parameter.

        parameterIndex @20 :UInt16;
      }

      implicitMethodParameter :group {
        # A type parameter of the method in whose parameters or results this type occurs.

        parameterIndex @24 :UInt16;
      }
    }
  }
}

struct Brand {
  # What the type parameters of a generic type, and of the scopes around it, are bound to.

  scopes @0 :List(Scope);
  # The type's own scope first, enclosing ones after it. A scope that is missing has no parameters or binds none of them.

  struct Scope {
    scopeId @0 :Id;
    # The declaration whose parameters this binds.

    union {
      bind @1 :List(Binding);
      # One for each parameter.

      inherit @2 :Void;
      # The type is mentioned inside this very scope; the parameters are whatever they are there.
    }
  }

  struct Binding {
    union {
      unbound @0 :Void;
      # Same as `AnyPointer`.

      type @1 :Type;
      # Always a pointer type.
    }
  }
}

struct Value {
  # A value of a type that is known from elsewhere: a default, a constant, an annotation's value.

  union {
    void @0 :Void;
    bool @1 :Bool;
    int8 @2 :Int8;
    int16 @3 :Int16;
    int32 @4 :Int32;
    int64 @5 :Int64;
    uint8 @6 :UInt8;
    uint16 @7 :UInt16;
    uint32 @8 :UInt32;
    uint64 @9 :UInt64;
    float32 @10 :Float32;
    float64 @11 :Float64;
    text @12 :Text;
    data @13 :Data;

    list @14 :AnyList;

    enum @15 :UInt16;
    # The enumerant's ordinal.

    struct @16 :AnyStruct;

    interface @17 :Void;
    # A capability can only be null.

    anyPointer @18 :AnyPointer;
  }
}

struct Annotation {
  # An annotation put on something.

  id @0 :Id;
  # The annotation's declaration.

  brand @2 :Brand;
  # Of the scopes the annotation is declared in.

  value @1 :Value;
}

enum ElementSize {
  # The ways a list lays out its elements.

  empty @0;
  bit @1;
  byte @2;
  twoBytes @3;
  fourBytes @4;
  eightBytes @5;
  pointer @6;
  inlineComposite @7;
}

struct CapnpVersion {
  major @0 :UInt16;
  minor @1 :UInt8;
  micro @2 :UInt8;
}

struct CodeGeneratorRequest {
  # What a compiler sends to a code generator's standard input.

  capnpVersion @2 :CapnpVersion;
  # Version of the compiler, by the numbering of the C++ implementation.

  nodes @0 :List(Node);
  # The nodes of the requested files and all they depend on. In no particular order.

  sourceInfo @3 :List(Node.SourceInfo);
  # About the nodes whose source was read in this run.

  requestedFiles @1 :List(RequestedFile);
  # The files the user named: code is wanted for these.

  struct RequestedFile {
    id @0 :Id;
    # The file's node.

    filename @1 :Text;
    # The file's name, source prefix removed.

    imports @2 :List(Import);
    # The files whose types or annotations this one uses.

    struct Import {
      id @0 :Id;
      # The file's node.

      name @1 :Text;
      # As it stands in the `import` expression: relative to the importing file, or, with a slash in front, to an import
      # directory.
    }

    fileSourceInfo @3 :FileSourceInfo;

    struct FileSourceInfo {
      # Enough for an editor to link names to what they mean.

      identifiers @0 :List(Identifier);

      struct Identifier {
        # A place in the source that names something.

        startByte @0 :UInt32;
        endByte @1 :UInt32;

        union {
          typeId @2 :UInt64;
          # It names this node.

          member :group {
            # It names a field, method or enumerant.

            parentTypeId @3 :UInt64;
            ordinal @4 :UInt16;
          }
        }
      }
    }
  }
}
