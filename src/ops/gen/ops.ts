// Types and specification of the API ops (src/ops/ops.yaml). Written by klue generate; change the API document instead.
import { type ApiSpec, loadSpec } from 'klue/runtime'

/** The API ops, for defineService. */
export const ops: ApiSpec<Operations> = loadSpec<Operations>(new URL('./ops/', import.meta.url))

/** Every operation as its handler sees it: parameters are coerced and have their defaults. */
export interface Operations {
  /** GET /_cat: What tables there are */
  catIndex: {
    path: {}
    query: {}
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: string
  }
  /** GET /_cat/routes: Operations, how busy they are */
  catRoutes: {
    path: {}
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: string | ({ [key: string]: unknown })[]
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: string | ({ [key: string]: unknown })[]
  }
  /** GET /_cat/routes/{ids}: Operations, how busy they are, by their ids */
  catRoutesById: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: string | ({ [key: string]: unknown })[]
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: string | ({ [key: string]: unknown })[]
  }
  /** GET /_cat/tasks: Requests and tasks that run */
  catTasks: {
    path: {}
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: string | ({ [key: string]: unknown })[]
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: string | ({ [key: string]: unknown })[]
  }
  /** GET /_cat/tasks/{ids}: Requests and tasks that run, by their ids */
  catTasksById: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: string | ({ [key: string]: unknown })[]
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: string | ({ [key: string]: unknown })[]
  }
  /** GET /_cat/middlewares: The steps of a request, and the decorators of operations */
  catMiddlewares: {
    path: {}
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: string | ({ [key: string]: unknown })[]
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: string | ({ [key: string]: unknown })[]
  }
  /** GET /_cat/transports: What brings requests in, and the instances that are alive */
  catTransports: {
    path: {}
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: string | ({ [key: string]: unknown })[]
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: string | ({ [key: string]: unknown })[]
  }
  /** GET /_routes: Operations by their ids */
  listRoutes: {
    path: {}
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** GET /_routes/settings: Settings of all operations */
  listSettings: {
    path: {}
    query: {
      /** Dotted keys */
      flat_settings?: string | undefined
      /** With what holds where nothing is set */
      include_defaults?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** GET /_routes/stats: How busy all operations are */
  listStats: {
    path: {}
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** GET /_routes/{ids}: Operations of a list of ids */
  getRoutes: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** GET /_routes/{ids}/settings: Settings of a list of operations */
  getSettings: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** Dotted keys */
      flat_settings?: string | undefined
      /** With what holds where nothing is set */
      include_defaults?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** PUT /_routes/{ids}/settings: Change settings of a list of operations, of all or of none */
  putSettings: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** Dotted keys */
      flat_settings?: string | undefined
      /** With what holds where nothing is set */
      include_defaults?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: Uint8Array | { filename: string; contentType: string; data: Uint8Array } | undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** GET /_routes/{ids}/stats: How busy a list of operations is */
  getStats: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** POST /_routes/{ids}/interrupt: End the requests of a list of operations that run now */
  interruptRoutes: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {}
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      204: undefined
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: undefined
  }
  /** GET /_tasks: Requests and tasks that run */
  listTasks: {
    path: {}
    query: {
      /** Globs of operationIds or of METHOD and path */
      actions?: string | undefined
      /** Instances */
      nodes?: string | undefined
      /** nodes, parents or none */
      group_by?: string | undefined
      /** With path, user and call id */
      detailed?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** POST /_tasks/_cancel: Cancel everything that runs, or what actions and nodes name */
  cancelTasks: {
    path: {}
    query: {
      /** Globs of operationIds or of METHOD and path */
      actions?: string | undefined
      /** Instances */
      nodes?: string | undefined
      /** nodes, parents or none */
      group_by?: string | undefined
      /** With path, user and call id */
      detailed?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** GET /_tasks/{id}: A request or task that runs */
  getTask: {
    path: {
      /** Id of a request or task that runs */
      id: string
    }
    query: {
      /** With path, user and call id */
      detailed?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** POST /_tasks/{id}/cancel: Cancel a request or task */
  cancelTask: {
    path: {
      /** Id of a request or task that runs */
      id: string
    }
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** GET /_tasks/{id}/cancel: Cancel a request or task, as the seed spells it; no page of a browser can */
  cancelTaskByGet: {
    path: {
      /** Id of a request or task that runs */
      id: string
    }
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** POST /_tasks/{id}/_cancel: Cancel a request or task */
  cancelTaskByVerb: {
    path: {
      /** Id of a request or task that runs */
      id: string
    }
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: { [key: string]: unknown } | string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: { [key: string]: unknown } | string
  }
  /** GET /_tasks/{id}/print_stack: What a request or task did so far */
  printStack: {
    path: {
      /** Id of a request or task that runs */
      id: string
    }
    query: {
      /** The newest so many steps */
      limit?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
    replies: {
      200: string
      default: {
        /** Parameter to sentences, or to places inside of it */
        querystring?: { [key: string]: unknown } | undefined
        /** Key to sentences, or to keys inside of it */
        json?: { [key: string]: unknown } | undefined
      }
    }
    success: string
  }
}

/** Every operation as a caller gives it: what has a default may be left out. */
export interface Calls {
  catIndex: {
    path: {}
    query: {}
    headers: {}
    cookies: {}
    body: undefined
  }
  catRoutes: {
    path: {}
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  catRoutesById: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  catTasks: {
    path: {}
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  catTasksById: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  catMiddlewares: {
    path: {}
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  catTransports: {
    path: {}
    query: {
      /** With a line of names on top */
      v?: string | undefined
      /** Columns, with names, aliases and globs */
      h?: string | undefined
      /** Columns to sort by, each with :asc or :desc */
      s?: string | undefined
      /** What the columns are */
      help?: string | undefined
      /** Unit of times (d, h, m, s, ms, micros, nanos) */
      time?: string | undefined
      /** Unit of sizes (b, k, m, g, t, p) */
      bytes?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  listRoutes: {
    path: {}
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  listSettings: {
    path: {}
    query: {
      /** Dotted keys */
      flat_settings?: string | undefined
      /** With what holds where nothing is set */
      include_defaults?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  listStats: {
    path: {}
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  getRoutes: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  getSettings: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** Dotted keys */
      flat_settings?: string | undefined
      /** With what holds where nothing is set */
      include_defaults?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  putSettings: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** Dotted keys */
      flat_settings?: string | undefined
      /** With what holds where nothing is set */
      include_defaults?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: Uint8Array | { filename: string; contentType: string; data: Uint8Array } | undefined
  }
  getStats: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  interruptRoutes: {
    path: {
      /** Ids or operationIds, with commas between them; an asterisk is the stage itself, where settings are concerned */
      ids: string
    }
    query: {}
    headers: {}
    cookies: {}
    body: undefined
  }
  listTasks: {
    path: {}
    query: {
      /** Globs of operationIds or of METHOD and path */
      actions?: string | undefined
      /** Instances */
      nodes?: string | undefined
      /** nodes, parents or none */
      group_by?: string | undefined
      /** With path, user and call id */
      detailed?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  cancelTasks: {
    path: {}
    query: {
      /** Globs of operationIds or of METHOD and path */
      actions?: string | undefined
      /** Instances */
      nodes?: string | undefined
      /** nodes, parents or none */
      group_by?: string | undefined
      /** With path, user and call id */
      detailed?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  getTask: {
    path: {
      /** Id of a request or task that runs */
      id: string
    }
    query: {
      /** With path, user and call id */
      detailed?: string | undefined
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  cancelTask: {
    path: {
      /** Id of a request or task that runs */
      id: string
    }
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  cancelTaskByGet: {
    path: {
      /** Id of a request or task that runs */
      id: string
    }
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  cancelTaskByVerb: {
    path: {
      /** Id of a request or task that runs */
      id: string
    }
    query: {
      /** text, json or yaml; wins over Accept */
      format?: string | undefined
      /** Indented JSON */
      pretty?: string | undefined
      /** Times also as people read them */
      human?: string | undefined
      /** Parts of the answer, as dotted paths with globs */
      filter_path?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
  printStack: {
    path: {
      /** Id of a request or task that runs */
      id: string
    }
    query: {
      /** The newest so many steps */
      limit?: string | undefined
    }
    headers: {}
    cookies: {}
    body: undefined
  }
}
